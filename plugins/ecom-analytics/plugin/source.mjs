// In the kit's own repository the plugin is TypeScript, and osls requires plugins plainly: it is compiled first. The shop's
// definition imports the kit by its name, which is its source here.
import { createRequire } from 'node:module';
import { register } from 'tsx/esm/api';
import { writeCompiled } from '../build.mjs';

register();
writeCompiled();
const Plugin = createRequire(import.meta.url)('../dist/plugin.js');

export { Plugin as default, Plugin as 'module.exports' };
