import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { shipped } from '../../create/manifest.ts';
import { trackedFiles } from '../../create/pack-kit.ts';
import { replaceSections, repositorySection } from '../../create/section.ts';

/** Links between the documents, in this repository and in a project, which has fewer files. */

const root = path.resolve(import.meta.dirname, '../..');

const textOf = (document: string): string => readFileSync(path.join(root, document), 'utf8');
/** What a project has of a document. */
const shippedTextOf = (document: string): string =>
  replaceSections(textOf(document), repositorySection, undefined, document);

const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

interface Link {
  /** From the root. */
  readonly file: string;
  /** Without the `#`; empty where the link is to the whole file. */
  readonly anchor: string;
}

/** What a document links to or shows; links into the web are left out. */
function linksOf(document: string, text: string): Link[] {
  const markdown = withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g);
  const html = text.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g);
  return [...markdown, ...html]
    .map(([, to = '']) => to)
    .filter((to) => !/^[a-z]+:/.test(to))
    .map((to) => {
      const [file = '', anchor = ''] = to.split('#');
      return { file: file === '' ? document : path.posix.join(path.posix.dirname(document), file), anchor };
    });
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

/** The links of a document that lead nowhere. */
function broken(document: string, read: (file: string) => string, has: (file: string) => boolean): string[] {
  return linksOf(document, read(document))
    .filter(({ file, anchor }) => !has(file) || (anchor !== '' && !anchorsOf(read(file)).includes(anchor)))
    .map(({ file, anchor }) => `${document} → ${file}${anchor && `#${anchor}`}`);
}

const markdown = (files: readonly string[]): string[] => files.filter((file) => file.endsWith('.md'));

test.each(markdown(trackedFiles(root, ['**'])))(
  '%s links to files and headings that are there',
  (document) => {
    expect(broken(document, textOf, (file) => existsSync(path.join(root, file)))).toEqual([]);
  },
);

test('a project has what its documents link to', () => {
  const files = trackedFiles(root, shipped);
  const documents = markdown(files);
  expect(documents).toContain('docs/troubleshoot.md');
  expect(documents.flatMap((document) => linksOf(document, shippedTextOf(document)))).not.toEqual([]);
  expect(
    documents.flatMap((document) => broken(document, shippedTextOf, (to) => files.includes(to))),
  ).toEqual([]);
});

test('a link to a file or a heading that is not there is found', () => {
  const texts = new Map([
    ['docs/a.md', '[one](b.md#here) [two](b.md#there) [three](c.md) <img src="d.svg">'],
    ['docs/b.md', '# Here\n'],
  ]);
  const found = broken(
    'docs/a.md',
    (file) => texts.get(file) ?? '',
    (file) => texts.has(file),
  );
  expect(found).toEqual(['docs/a.md → docs/b.md#there', 'docs/a.md → docs/c.md', 'docs/a.md → docs/d.svg']);
});
