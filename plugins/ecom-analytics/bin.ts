#!/usr/bin/env node
import { runCommand } from './command-line.ts';
import { main } from './ecom.ts';

/** The program `ecom`. */
await runCommand(main, process.argv.slice(2));
