import type { ErrorEntries } from './error-entry.ts';

export const project = {
  ECOM_DEFINITION: {
    means:
      'The pipeline that `pipeline/definition.ts` exports is not valid. The message names the part that is wrong.',
    causes: [
      'a rule with the id of another rule, or with an unknown name in the braces of its `reason`',
      'a currency that is not an ISO 4217 code, or has three decimals',
      'a product or region without a name, or weights that are all 0',
      'a file that does not export `definePipeline({ … })` as its default',
    ],
    fix: 'Correct the part that the message names. `npm run check` shows the line if a type is wrong.',
    see: 'rules.md',
  },
  ECOM_FUNCTION_MISSING: {
    means: '`serverless.yml` lacks a function that the pipeline consists of.',
    causes: ['the function was removed or renamed'],
    fix: 'Restore the function under the name that the message gives; your project’s Git history has it.',
  },
  ECOM_FUNCTION_ROLE: {
    means: 'A function of the pipeline has no IAM role of its own in `serverless.yml`.',
    causes: [
      '`role` was removed',
      '`role` is an ARN: the plugin cannot add permissions to a role outside of the stack',
    ],
    fix: 'Set `role` to the logical id of a role under `resources`. The deploy gives that role what the function needs of Kafka.',
  },
  ECOM_HANDLER_MISSING: {
    means: 'The file of a function in `functions/` does not export a function named `handler`.',
    causes: ['the export was renamed', 'the file exports something else by that name'],
    fix: 'Export it as `serverless.yml` names it: `export const handler = …`.',
  },
  ECOM_OSLS: {
    means: 'The project’s Serverless CLI is not osls 4, which the plugin needs.',
    causes: [
      'another version of the package `serverless` was installed',
      'a `serverless` command from outside of the project was run',
    ],
    fix: 'Install it with `npm install -D serverless@npm:osls@^4`, and run it as `npx sls`.',
  },
  ECOM_PROJECT_MISSING: {
    means: 'The command was run outside of a project: the folder has no `pipeline/definition.ts`.',
    causes: [
      'a terminal that is in another folder',
      'a project of the first shape, from before the kit became a package',
    ],
    fix: 'Change to the folder of the project. `npm create ecom-analytics` makes a project.',
    see: 'updating.md#move-a-project-of-the-first-shape',
  },
  ECOM_RULE_UNKNOWN: {
    means: 'A rule was to be switched off, and the pipeline has no rule with this id.',
    causes: [
      'a typing error in `rules.off` of `stages.yml` or in `ECOM_RULES_OFF`',
      'a rule that was renamed or removed',
    ],
    fix: 'Use one of the ids that the message lists; they are in `pipeline/rules.ts`.',
    see: 'rules.md',
  },
  ECOM_TYPESCRIPT: {
    means: 'A file of your project is not valid TypeScript, or imports a file that does not exist.',
    causes: ['a syntax error at the place that the message names', 'an import whose path is wrong'],
    fix: 'Correct it there. `npm run check` lists everything that is wrong.',
  },
} satisfies ErrorEntries;
