#!/usr/bin/env node
/** The entry of the `argmin` command. */
import * as nodeModule from 'node:module';
import { commandLine } from './command_line.js';
import { exit } from './terminal.js';

// Newer versions of Node keep compiled code between starts.
(nodeModule as { readonly enableCompileCache?: () => void }).enableCompileCache?.();

// Whoever reads the output may stop reading.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exit.ok);
});

process.exitCode = await commandLine(process.argv.slice(2));
