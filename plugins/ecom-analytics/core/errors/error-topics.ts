import { aws } from './aws-errors.ts';
import { commandLine } from './command-line-errors.ts';
import { functions } from './function-errors.ts';
import { job } from './job-errors.ts';
import { kafka } from './kafka-errors.ts';
import { machine } from './machine-errors.ts';
import { project } from './project-errors.ts';
import { replay } from './replay-errors.ts';
import { results } from './results-errors.ts';
import { scaffolder } from './scaffolder-errors.ts';
import { stage } from './stage-errors.ts';
import { stream } from './stream-errors.ts';

/**
 * Every code with its entry, by topic, in the order in which docs/errors.md and `ecom explain` have them. At run time only
 * `ecom explain` loads it; `core/error.ts` takes its keys as a type.
 */
export const errorTopics = {
  'Commands and options': commandLine,
  'Your project': project,
  'Looking at a run': results,
  'Replaying a file': replay,
  'Running on your machine': machine,
  'The configuration of a stage': stage,
  AWS: aws,
  'The functions': functions,
  'Kafka and topics': kafka,
  'The stream': stream,
  'The Spark job': job,
  'Making and updating a project': scaffolder,
};
