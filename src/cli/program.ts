/** The `argmin` command once its code is loaded. */
import { commandLine } from './command_line.js';
import { exit } from './terminal.js';

export async function main(): Promise<void> {
  // Whoever reads the output may stop reading.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(exit.ok);
  });
  process.exitCode = await commandLine(process.argv.slice(2));
}
