import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { placeOfParameter, placeOfValue, type Sources } from './config/places.ts';
import type { Where } from './config/resolve.ts';
import type { CliOptions, Serverless } from './framework.ts';
import { commandLineParameters } from './stage.ts';

/** The user's files: asked only for where something wrong is written. */
function sourcesOf(serverless: Serverless, options: CliOptions): Sources {
  return {
    serviceFile: serverless.configurationFilename ?? 'serverless.yml',
    stage: serverless.getProvider('aws').getStage(),
    commandLine: new Set(Object.keys(commandLineParameters(options))),
    read: (file) => {
      const found = path.join(serverless.serviceDir, file);
      return existsSync(found) ? readFileSync(found, 'utf8') : undefined;
    },
  };
}

/** Where keys below `custom.ecomAnalytics` are written. */
export function whereValuesAre(serverless: Serverless, options: CliOptions): Where {
  return (keys) => placeOfValue(sourcesOf(serverless, options), keys);
}

/** Where parameters of the stage are written. */
export function whereParametersAre(serverless: Serverless, options: CliOptions): Where {
  return ([name = '']) => placeOfParameter(sourcesOf(serverless, options), name);
}
