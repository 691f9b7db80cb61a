#!/usr/bin/env node
// biome-ignore-all lint/style/useTemplate: templates are newer than this file may be
'use strict';

/**
 * What npm starts. Every Node can read it, in the syntax of 2009, and an old one says so instead of failing on the program's
 * own syntax and imports.
 */

var needed = require('../package.json').engines.node.replace('>=', '');
var parts = needed.split('.');
var own = process.versions.node.split('.');
var isOld = +own[0] < +parts[0] || (+own[0] === +parts[0] && +own[1] < +parts[1]);
var versions = needed + ' or later, and this is Node ' + process.versions.node;
var todo = 'install a newer one from https://nodejs.org, then run this again.';

if (isOld) {
  console.error('create-ecom-analytics needs Node ' + versions + ': ' + todo);
  process.exitCode = 1;
} else {
  // Read only where it is run: Node 8 and older do not know the syntax.
  // biome-ignore lint/security/noGlobalEval: a constant text
  eval("import('./index.mjs')");
}
