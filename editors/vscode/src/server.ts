/** The language server that the extension brings with it. */
import { lsp } from '../../../src/cli/commands/lsp.js';

process.exitCode = await lsp();
