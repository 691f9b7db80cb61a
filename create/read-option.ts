import transliterate from '@sindresorhus/transliterate';
import { regionProblem } from '../plugins/ecom-analytics/plugin/config/aws-region.ts';

/** What a user typed for one option, read: the value, or what is wrong with it. */
export type OptionReading<T> = { readonly value: T; readonly wrong?: undefined } | { readonly wrong: string };

export function readList(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '');
}

export function readOneOf<const T extends string>(values: readonly T[], text: string): OptionReading<T> {
  const value = values.find((known) => known === text);
  return value === undefined ? { wrong: `it must be one of ${values.join(', ')}` } : { value };
}

export function readPattern(pattern: RegExp, text: string, wrong: string): OptionReading<string> {
  return pattern.test(text) ? { value: text } : { wrong };
}

export const longestName = 32;

/** A name that npm, CloudFormation and S3 all take: AWS puts a stage, a role and an account behind it. */
export function readName(text: string): OptionReading<string> {
  return readPattern(
    new RegExp(`^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,${longestName - 1}}$`),
    text,
    `it must be up to ${longestName} of a-z, 0-9 and single hyphens, and begin with a letter`,
  );
}

/**
 * A name made of the name of a folder, with the letters of other scripts written in Latin ones: `Überladen` is `ueberladen`.
 *
 * @param room the most characters
 * @returns undefined where nothing of it is left
 */
export function nameFrom(folder: string, room: number): string | undefined {
  const name = transliterate(folder.normalize('NFC'))
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, room)
    .replace(/-+$/, '');
  return name === '' ? undefined : name;
}

/** `local` is the cloud on this machine, `default` is what all stages share, and YAML reads the others as no names. */
const takenStages = ['local', 'default', 'true', 'false', 'null'];

export function readStages(text: string): OptionReading<readonly string[]> {
  const stages = [...new Set(readList(text))];
  if (stages.length === 0) return { wrong: 'name at least one stage' };
  const taken = stages.find((stage) => takenStages.includes(stage));
  if (taken !== undefined) return { wrong: `"${taken}" is a name with a meaning of its own; take another` };
  const odd = stages.find((stage) => !/^[a-z][a-z0-9-]{0,15}$/.test(stage));
  if (odd !== undefined)
    return { wrong: `"${odd}" must be up to 16 of a-z, 0-9 and hyphen, and begin with a letter` };
  return { value: stages };
}

export function readEmail(text: string): OptionReading<string | null> {
  if (text === 'none') return { value: null };
  return readPattern(/^[^\s@"<>]+@[^\s@"<>]+\.[^\s@"<>]+$/, text, 'it must be an e-mail address, or none');
}

export function readRegion(text: string): OptionReading<string> {
  const wrong = regionProblem(text);
  return wrong === undefined ? { value: text } : { wrong };
}

/** Of an MSK cluster; the project's region is the one in it. */
export function readClusterArn(text: string): OptionReading<string> {
  const [, region] = /^arn:[\w-]+:kafka:([\w-]+):\d{12}:cluster\/[\w-]+\/[\w-]+$/.exec(text) ?? [];
  if (region === undefined)
    return { wrong: 'it must be an ARN like arn:aws:kafka:us-east-1:123456789012:cluster/shop/1a2b-3' };
  const reading = readRegion(region);
  return reading.wrong === undefined ? { value: text } : reading;
}
