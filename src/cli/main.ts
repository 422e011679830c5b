#!/usr/bin/env node
/** The entry of the `argmin` command where it is a module among others; the package's own is `start.ts`. */
import { main } from './program.js';

await main();
