import { describe, expect, test } from 'vitest';
import { filesToFetch, localArguments, readSparkSubmit } from '../../cloud/spark-submit.ts';

const submit = (...args: string[]) => {
  const read = readSparkSubmit(args);
  if (read === undefined) throw new Error('no job');
  return read;
};

describe('spark-submit of a step', () => {
  const asked = submit(
    ...['--master', 'yarn', '--deploy-mode=cluster', '--verbose', '--num-executors', '4'],
    ...['--jars', 's3://code/a.jar,s3://code/b.jar', '--py-files', 's3://code/job.zip'],
    ...['--conf', 'spark.yarn.maxAppAttempts=1', '--conf', 'spark.sql.shuffle.partitions=8'],
    ...['s3://code/job.py', '--output', 's3://data', '--master', 'of the job'],
  );

  test('is kept apart from the arguments of its job', () => {
    expect(asked.application).toBe('s3://code/job.py');
    expect(asked.arguments).toEqual(['--output', 's3://data', '--master', 'of the job']);
    expect(asked.flags).toEqual(['--verbose']);
  });

  test('needs its code on this machine, and not what the job reads itself', () => {
    expect(filesToFetch(asked)).toEqual([
      's3://code/a.jar',
      's3://code/b.jar',
      's3://code/job.zip',
      's3://code/job.py',
    ]);
  });

  test('runs here with what was fetched, and without what is of a cluster', () => {
    const fetched = new Map(filesToFetch(asked).map((uri) => [uri, uri.replace('s3://code', '/here')]));
    expect(localArguments(asked, ['--master', 'local[2]'], ['--conf', 'last=1'], fetched)).toEqual([
      ...['--master', 'local[2]'],
      ...['--jars', '/here/a.jar,/here/b.jar', '--py-files', '/here/job.zip'],
      ...['--conf', 'spark.sql.shuffle.partitions=8', '--verbose', '--conf', 'last=1'],
      ...['/here/job.py', '--output', 's3://data', '--master', 'of the job'],
    ]);
  });

  test('is none without a job', () => {
    expect(readSparkSubmit(['--master', 'yarn'])).toBeUndefined();
    expect(readSparkSubmit([])).toBeUndefined();
  });
});
