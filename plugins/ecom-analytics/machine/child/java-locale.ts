/** For the environment of a Java process: in a locale without UTF-8 it cannot name a folder that is not ASCII. */
export const javaLocale: NodeJS.ProcessEnv = process.platform === 'linux' ? { LC_ALL: 'C.UTF-8' } : {};
