// The SDK has seven lines to say about Node 20 at every command; which Node is supported here is in package.json.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// osls requires plugins plainly; this lets it require one that is written in TypeScript. Under a name of its own, so that
// tsx looks at the plugin's files alone: over all that osls requires it would cost a second.
const tsx = require('tsx/cjs/api').register({ namespace: 'ecom-analytics' });

const plugin = tsx.require('./index.ts', __filename);
plugin.loadPartsWith((file) => tsx.require(file, __filename));
module.exports = plugin.default;
