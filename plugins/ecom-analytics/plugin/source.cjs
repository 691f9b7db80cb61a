// In the kit's own repository the plugin is TypeScript, and osls requires plugins plainly: it is compiled first.
const { writeCompiled } = require('../build.mjs');

writeCompiled();
module.exports = require('../dist/plugin.js');
