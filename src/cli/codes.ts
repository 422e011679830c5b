/** The codes of the command line itself (AM0xxx): wrong usage, and files that cannot be read or written. */
import type { CodeEntry } from '../runtime/codes.js';

const entry = (code: string, title: string, explanation: string, example: string): CodeEntry => ({
  code,
  title,
  explanation,
  example,
});

export const commandCodes: readonly CodeEntry[] = [
  entry(
    'AM0001',
    'wrong usage',
    'The command, an option or an argument is not known or not complete; `argmin --help` lists them.',
    'argmin run --fast model.opt',
  ),
  entry('AM0002', 'no such file', 'A path on the command line names nothing.', 'argmin check no_such.opt'),
  entry(
    'AM0003',
    'a folder where a file is needed',
    'Only `argmin test` takes folders.',
    'argmin run examples/',
  ),
  entry(
    'AM0004',
    'file cannot be read',
    'The operating system refuses to read the file.',
    'argmin check secret.opt',
  ),
  entry('AM0005', 'file is not text', 'A `.opt` file is UTF-8 text.', 'argmin check picture.png'),
  entry(
    'AM0006',
    'nothing to solve',
    '`argmin run` and `argmin compile` need a file with an objective and a `solve`.',
    'let a = 1',
  ),
  entry('AM0007', 'no `.opt` files', 'The folder holds none, at any depth.', 'argmin test docs/'),
  entry(
    'AM0008',
    'no such hyperparameter',
    '`--set` changes what the file declares with `hyper`.',
    'argmin run model.opt --set widht=64',
  ),
  entry(
    'AM0009',
    'value of the wrong kind',
    'An option needs a number, or a whole number.',
    'argmin run model.opt --seed one',
  ),
  entry(
    'AM0010',
    'hyperparameter outside its interval',
    'The file declares the interval with `in`.',
    'argmin run model.opt --set width=-1',
  ),
  entry(
    'AM0011',
    '`--data` without a column',
    'Only columns without a source are filled by `--data`.',
    'argmin run iris.opt --data Z=z.npy',
  ),
  entry(
    'AM0012',
    'output cannot be written',
    'The folder cannot be made or written to.',
    'argmin run model.opt --out /dev/null/x',
  ),
  entry(
    'AM0013',
    'target not available',
    'The command does not have this target in this version, the engine has no WebAssembly, or the program is too large for it.',
    'argmin compile model.opt -o out --target wasm',
  ),
  entry(
    'AM0014',
    'file is not formatted',
    '`argmin fmt FILE` gives it the canonical layout.',
    'argmin fmt --check model.opt',
  ),
  entry(
    'AM0015',
    'no such pass',
    '`--after` takes the name of a pass of the pipeline.',
    'argmin explain model.opt --after fusion',
  ),
  entry(
    'AM0016',
    'import outside the folder',
    'A program imports only from its own folder tree, unless `--allow-outside` is given.',
    'import { f } from "../../other/f.opt"',
  ),
  entry(
    'AM0017',
    'internal error',
    'A bug in the compiler. The message is worth a report; ARGMIN_DEBUG=1 shows the stack.',
    '',
  ),
  entry(
    'AM0018',
    'a sweep that cannot be meant',
    'Each hyperparameter is swept once, and a sweep has at most 100000 runs.',
    'argmin sweep model.opt --set lr=0.1 --set lr=0.2',
  ),
  entry(
    'AM0019',
    'no such figure',
    '`--max` and `--min` take a report that is a number, or `objective`.',
    'argmin sweep model.opt --set lr=0.1,0.2 --max acuracy',
  ),
  entry(
    'AM0020',
    'no WebGPU',
    'The target `wgsl` needs WebGPU: in Node the package `webgpu`, which is installed beside argmin; Deno brings its own.',
    'argmin run model.opt --target wgsl',
  ),
  entry(
    'AM0021',
    'no adapter',
    'WebGPU is there and finds neither a graphics card with its driver nor a driver on the CPU.',
    'argmin run model.opt --target wgsl --webgpu adapter=nothing',
  ),
  entry(
    'AM0022',
    'an adapter that is not enough',
    'The program needs a limit or a feature that the adapter does not have; the message says which.',
    'argmin run large.opt --target wgsl',
  ),
  entry(
    'AM0023',
    'no memory on the device',
    'The device refuses the memory that the program takes, although its limits allow it.',
    'argmin run large.opt --target wgsl',
  ),
  entry(
    'AM0024',
    'an adapter without a device',
    'The adapter gives no device, or one that does not work; the message is that of its driver.',
    'argmin run model.opt --target wgsl',
  ),
];
