import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { trackedFiles } from '../../create/kit.ts';
import { shipped } from '../../create/manifest.ts';
import { replaceSections, repositorySection } from '../../create/section.ts';

/** Links between the documents, in this repository and in a project, which has fewer files. */

const root = path.resolve(import.meta.dirname, '../..');

const textOf = (document: string): string => readFileSync(path.join(root, document), 'utf8');

/** The files that a document links to, from the root; links into the web and within the document left out. */
function linksOf(document: string, text: string): string[] {
  return [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map(([, to = '']) => to)
    .filter((to) => !/^[a-z]+:/.test(to))
    .map((to) => path.posix.join(path.posix.dirname(document), to));
}

const markdown = (files: readonly string[]): string[] => files.filter((file) => file.endsWith('.md'));

test.each(markdown(trackedFiles(root, ['**'])))('%s links to files that are there', (document) => {
  expect(linksOf(document, textOf(document)).filter((to) => !existsSync(path.join(root, to)))).toEqual([]);
});

test('a project has what its documents link to', () => {
  const files = trackedFiles(root, shipped);
  const documents = markdown(files);
  expect(documents).toContain('docs/operating.md');
  const missing = documents.flatMap((document) =>
    linksOf(document, replaceSections(textOf(document), repositorySection, undefined, document))
      .filter((to) => !files.includes(to))
      .map((to) => `${document} → ${to}`),
  );
  expect(missing).toEqual([]);
});
