import { describe, expect, it, vi } from 'vitest';
import { readOptions } from '../../run/options.ts';

const place = { folder: '/shop', newSeed: () => 42, orderFields: {} };

describe('the options of npm start', () => {
  it('have defaults', () => {
    expect(readOptions([], place)).toEqual({
      durationSeconds: null,
      source: { kind: 'generator', ordersPerMinute: 1000, seed: 42, fraudRate: 0.02 },
      out: '/shop/data',
      engine: 'embedded',
      spark: expect.any(String),
      dashboard: { port: null },
      json: false,
    });
  });

  it('say all there is to say of simulated orders', () => {
    const args = '--duration 20 --rate 60.5 --seed 0 --fraud-rate 1 --out ../x --port 0 --json'.split(' ');
    expect(readOptions(args, place)).toMatchObject({
      durationSeconds: 20,
      source: { kind: 'generator', ordersPerMinute: 60.5, seed: 0, fraudRate: 1 },
      out: '/x',
      dashboard: { port: 0 },
      json: true,
    });
  });

  it('say all there is to say of replayed ones', () => {
    const args = ['--replay', 'a b.csv', '--map', 'customer_id=Who', '--speed', '60', '--no-dashboard'];
    expect(readOptions(args, place)).toMatchObject({
      source: {
        kind: 'replay',
        files: ['/shop/a b.csv'],
        choices: { map: 'customer_id=Who' },
        dryRun: null,
        speed: 60,
      },
      dashboard: null,
    });
    expect(readOptions(['--replay', '/a.csv'], place)).toMatchObject({
      source: { choices: { map: undefined }, speed: 'max' },
    });
  });

  it.each([
    ['start', 'npm start -- --duration'],
    ['producer', 'npm run producer -- --duration'],
  ])('say so where npm took one for itself: %s', (script, words) => {
    vi.stubEnv('npm_config_duration', 'true');
    vi.stubEnv('npm_lifecycle_event', script);
    expect(() => readOptions(['3'], place)).toThrow(words);
    vi.unstubAllEnvs();
  });

  it.each([
    ['--nope', 'UNKNOWN', "Unknown option '--nope'. Run `npm start -- --help`"],
    [
      '--durtion 5',
      'UNKNOWN',
      "Unknown option '--durtion'. Did you mean --duration? Run `npm start -- --help`",
    ],
    ['extra', 'UNKNOWN', 'Unexpected argument "extra"'],
    ['--json=yes', 'UNKNOWN', 'does not take an argument'],
    ['--rate', 'UNKNOWN', "'--rate <value>' argument missing"],
    ['--seed -1', 'UNKNOWN', '--seed lacks its value; one that starts with a dash is written --seed=-…. Run'],
    ['--seed=-1', 'RANGE', '--seed takes a whole number from 0 to 4294967295, not "-1"'],
    ['--seed 1.5', 'RANGE', '--seed takes a whole number'],
    ['--rate 0', 'RANGE', '--rate takes a number from 1 to 1000000'],
    ['--rate 1000001', 'RANGE', '--rate'],
    ['--rate fast', 'RANGE', 'not "fast"'],
    ['--rate=', 'RANGE', '--rate'],
    ['--duration 0', 'RANGE', '--duration takes a number from 1 to 31536000'],
    ['--duration NaN', 'RANGE', '--duration'],
    ['--fraud-rate 1.1', 'RANGE', '--fraud-rate takes a number from 0 to 1'],
    ['--port 65536', 'RANGE', '--port takes a whole number from 0 to 65535'],
    ['--engine flink', 'RANGE', '--engine takes embedded or spark'],
    ['--engine toString', 'RANGE', '--engine takes embedded or spark'],
    ['--engine spark --spark 2.4', 'RANGE', '--spark takes'],
    ['--replay a.csv --speed 0', 'RANGE', '--speed'],
    ['--out=', 'RANGE', '--out takes a folder, not ""'],
    ['--replay=', 'RANGE', '--replay takes a file, not ""'],
    ['--replay a.csv --rate 5', 'CONFLICT', '--rate cannot go with --replay'],
    ['--replay a.csv --seed 5', 'CONFLICT', '--seed cannot go with --replay'],
    ['--replay a.csv --fraud-rate 0', 'CONFLICT', '--fraud-rate cannot go with --replay'],
    ['--map a=b', 'CONFLICT', '--map needs --replay'],
    ['--speed max', 'CONFLICT', '--speed needs --replay'],
    ['--spark 4.1', 'CONFLICT', '--spark cannot go with --engine embedded'],
  ])('do not take %s', (line, code, message) => {
    expect(() => readOptions(line.split(' '), place)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        exitCode: 2,
        code: `ECOM_OPTION_${code}`,
        message: expect.stringContaining(message),
      }),
    );
  });
});
