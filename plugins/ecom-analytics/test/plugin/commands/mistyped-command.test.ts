import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { refuseMistyped } from '../../../plugin/commands/mistyped-command.ts';

const root = path.resolve(import.meta.dirname, '../../../../..');
const osls = path.join(
  path.dirname(createRequire(import.meta.url).resolve('serverless/package.json')),
  'bin/serverless.js',
);

/** Runs `sls` in this repository; answers its exit code and what it printed. */
function sls(...args: readonly string[]): Promise<{ code: number; printed: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [osls, ...args], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), printed: stdout + stderr }),
    );
  });
}

describe('a mistyped command', () => {
  test.each([
    [
      'ecom plann',
      'There is no command "sls ecom plann". Did you mean sls ecom plan?',
      'ECOM_COMMAND_UNKNOWN',
    ],
    [
      'ecom streem stop',
      'Did you mean sls ecom stream? `sls ecom` takes plan, topics, ',
      'ECOM_COMMAND_UNKNOWN',
    ],
    ['ecom stream stpo', 'Did you mean sls ecom stream stop?', 'ECOM_COMMAND_UNKNOWN'],
    ['ecom stream pause', '`sls ecom stream` takes status, start, stop, ', 'ECOM_COMMAND_UNKNOWN'],
    ['ecom toString', 'There is no command "sls ecom toString"', 'ECOM_COMMAND_UNKNOWN'],
    ['ecom cost dev', '`sls ecom cost` takes options only', 'ECOM_COMMAND_UNKNOWN'],
  ])('sls %s is refused with what was probably meant', (line, message, code) => {
    const refused = () => refuseMistyped(line.split(' '), {});
    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });

  test('and a mistyped option too; what is near none is left to osls', () => {
    const refused = () => refuseMistyped(['ecom', 'dead-letters', 'replay'], { fiel: 'repaired.jsonl' });
    expect(refused).toThrow('sls ecom dead-letters replay has no option --fiel. Did you mean --file?');
    expect(refused).toThrow(expect.objectContaining({ code: 'ECOM_OPTION_UNKNOWN', exitCode: 2 }));
    expect(() => refuseMistyped(['ecom', 'plan'], { stgae: 'dev' })).toThrow('Did you mean --stage?');
    expect(() => refuseMistyped(['ecom', 'plan'], { transcendental: true })).not.toThrow();
  });

  test.each([
    ['ecom', {}],
    ['ecom stream', { help: true }],
    ['ecom plan', { stage: 'dev', json: true, verbose: true, debug: '*', 'aws-profile': 'shop' }],
    ['deploy', { stgae: 'dev' }],
    ['', {}],
  ])('is not "sls %s" %j', (line, options) => {
    expect(() => refuseMistyped(line.split(' '), options)).not.toThrow();
  });
});

test('osls prints an error of ours with its code, and ends with its exit code', async () => {
  const [unknown, plan] = await Promise.all([
    sls('ecom', 'explain', 'ECOM_NOT_A_CODE'),
    // Where 2 is an answer, every error is 1.
    sls('ecom', 'plan', '--detailed-exitcode', '--jsno'),
  ]);
  expect(unknown.printed).toContain('(ECOM_CODE_UNKNOWN)');
  expect(plan.printed).toContain('(ECOM_OPTION_UNKNOWN)');
  expect([unknown.code, plan.code]).toEqual([2, 1]);
}, 120_000);
