import type { ErrorEntries } from './error-entry.ts';

export const scaffolder = {
  ECOM_CANCELLED: {
    means: 'You ended the scaffolder with Ctrl-C. The message says what was written.',
    causes: [],
    fix: 'Start it again when you like.',
  },
  ECOM_GIT: {
    means: 'The project is complete, but Git did not make its first commit.',
    causes: [
      'Git is not installed',
      'Git does not know your name and address',
      'a hook of yours refused the commit',
    ],
    fix: 'Fix what the message quotes, then commit the project yourself.',
  },
  ECOM_INSTALL: {
    means: 'The project is complete, but its dependencies were not installed.',
    causes: ['no network, or a registry that does not answer', 'the package manager is not installed'],
    fix: 'Fix what the package manager says above the message, then install in the project’s folder.',
  },
  ECOM_MERGE: {
    means: 'Git could not merge a file during `update`. Nothing was changed.',
    causes: ['Git is not installed or very old', 'a full temporary folder'],
    fix: 'Fix what the message quotes, and run the update again.',
    see: 'updating.md#update',
  },
  ECOM_START: {
    means: 'The project is complete and its dependencies are installed, but its first start failed.',
    causes: ['what the start says above the message, such as a port that is in use'],
    fix: 'Fix what it says, then start the project in its folder.',
    see: 'running-locally.md',
  },
  ECOM_TARGET: {
    means: 'The project cannot be written to the folder. Nothing was changed.',
    causes: ['the folder is not empty', 'the path is a file', 'a folder above it may not be read'],
    fix: 'Choose another folder, or move the files away that the message names.',
  },
  ECOM_TEMPLATE_BROKEN: {
    means: 'The template inside of `create-ecom-analytics` is damaged.',
    causes: ['an installation or a cache of npm that is incomplete'],
    fix: 'Run it again with `npm create ecom-analytics@latest`; if it stays, clear npm’s cache with `npm cache clean --force`.',
  },
  ECOM_TEMPLATE_ITEM: {
    means: 'In the kit’s own repository: a file of the template lacks an item that projects do not get.',
    causes: ['the item was removed from the file'],
    fix: 'Remove it from the list in `create/manifest.ts` too.',
  },
  ECOM_TEMPLATE_LOCK: {
    means: 'In the kit’s own repository: npm could not reduce the lock file to what a project needs.',
    causes: ['`package-lock.json` does not fit `package.json`'],
    fix: 'Run `npm install`, which updates `package-lock.json`.',
  },
  ECOM_TEMPLATE_MARKER: {
    means: 'A section of the template begins without ending, or ends without beginning.',
    causes: ['in the kit’s own repository, a marker that was removed on one side'],
    fix: 'Put the marker that is missing where the message says.',
  },
  ECOM_TEMPLATE_PATH: {
    means: 'In the kit’s own repository: the path of a file is too long for the template’s archive.',
    causes: ['a file deep in folders with long names'],
    fix: 'Give the file or a folder a shorter name.',
  },
  ECOM_UPDATE_OLDER: {
    means:
      'The project was made or updated with a newer version of `create-ecom-analytics` than the one that runs.',
    causes: ['an old version in the cache of `npx`'],
    fix: 'Run `npx create-ecom-analytics@latest update`.',
    see: 'updating.md#update',
  },
  ECOM_UPDATE_PROJECT: {
    means:
      'The project cannot be updated, because its record of how it was made is missing, damaged or not usable. Nothing was changed.',
    causes: [
      'the command was run outside of a project',
      'files below `.ecom-analytics/` were removed or changed',
      'an answer of then that this version does not take any more',
    ],
    fix: 'Run it in the folder of the project. Restore `.ecom-analytics/` from one commit of its Git history.',
    see: 'updating.md#update',
  },
  ECOM_UPDATE_SHAPE: {
    means:
      'The project is of the first shape, with the kit’s sources inside, and cannot be merged with today’s template.',
    causes: [],
    fix: 'Make a new project and move what is yours; the page has the steps.',
    see: 'updating.md#move-a-project-of-the-first-shape',
  },
  ECOM_UPDATE_UNCLEAN: {
    means:
      'The project has changes that Git does not have, so that an update could not be undone. Nothing was changed.',
    causes: [
      'files that are not committed',
      'a project without a Git repository',
      '`.ecom-analytics/` is named by a `.gitignore`',
    ],
    fix: 'Commit everything, then run the update again.',
    see: 'updating.md#update',
  },
  ECOM_UPDATE_WRITE: {
    means: 'The disk refused a file of the update. Nothing was changed.',
    causes: ['a full disk', 'missing permissions', 'a program that holds a file, as on Windows'],
    fix: 'Fix what the message names, and run the update again.',
    see: 'updating.md#update',
  },
  ECOM_WRITE: {
    means:
      'The disk refused to write the project. Nothing was left behind, except where the message says so.',
    causes: ['a full disk', 'a folder that may not be written to', 'a path that is too long'],
    fix: 'Fix what the message names, or choose another folder.',
  },
} satisfies ErrorEntries;
