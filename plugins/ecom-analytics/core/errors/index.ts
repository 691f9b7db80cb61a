import { aws } from './aws.ts';
import { commandLine } from './command-line.ts';
import { functions } from './functions.ts';
import { job } from './job.ts';
import { kafka } from './kafka.ts';
import { machine } from './machine.ts';
import { project } from './project.ts';
import { replay } from './replay.ts';
import { results } from './results.ts';
import { scaffolder } from './scaffolder.ts';
import { stage } from './stage.ts';
import { stream } from './stream.ts';

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
