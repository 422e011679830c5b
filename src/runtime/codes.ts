/** The codes of what can go wrong with data (AM4xxx) and during a run (AM6xxx); `docs/errors.md` is made from them. */

export interface CodeEntry {
  readonly code: string;
  readonly title: string;
  readonly explanation: string;
  /** A source, a data file or a command that provokes it. */
  readonly example: string;
}

const entry = (code: string, title: string, explanation: string, example: string): CodeEntry => ({
  code,
  title,
  explanation,
  example,
});

export const runtimeCodes: readonly CodeEntry[] = [
  entry(
    'AM4001',
    'data file missing',
    'The path after `data` is relative to the `.opt` file that names it.',
    'data "no_such.csv" { x: real[N] = column(x) }',
  ),
  entry(
    'AM4002',
    'data file outside the folder',
    'A program reads only data below its own folder, symbolic links resolved, unless `--allow-outside` is given: a file from a stranger must not read yours.',
    'data "../../etc/secrets.csv" { x: real[N] = column(x) }',
  ),
  entry(
    'AM4003',
    'data file unreadable',
    'The path is a folder, or the file may not be read.',
    'data "." as csv { x: real[N] = column(x) }',
  ),
  entry(
    'AM4004',
    'no such column',
    'Columns are named by the header of the table, exactly.',
    'data "iris.csv" { x: real[N] = column(petal_lenght) }',
  ),
  entry(
    'AM4005',
    'ragged or malformed table',
    'Every row has as many cells as the header; quotes are closed; JSON records have the same keys.',
    'a,b\n1,2\n3\n',
  ),
  entry(
    'AM4006',
    'cell of the wrong type',
    'A real column holds numbers, an int column whole numbers below 2^31, a bool column truth values.',
    'a\n1\ntwo\n',
  ),
  entry('AM4007', 'empty data', 'A table needs a header and at least one row.', 'a,b\n'),
  entry(
    'AM4008',
    'absent or infinite value',
    'Empty cells, NA, NaN and infinities are refused: one of them would turn every result into NaN.',
    'a\n1\nNA\n',
  ),
  entry(
    'AM4009',
    'class out of range',
    'Arrays handed in for `class(K)` hold whole numbers from 0 to K-1.',
    'argmin run f.opt --data y=labels.npy',
  ),
  entry(
    'AM4010',
    'more classes than declared',
    'The column has more distinct values than its `class(K)` has room for.',
    'data "iris.csv" { y: class(2)[N] = column(species) }',
  ),
  entry(
    'AM4011',
    'dimensions disagree',
    'One dimension name stands for one number. Two columns, or the file and a `dim`, give it different ones.',
    'data "a.csv" { X: real[N, 3] = columns(all except y) }',
  ),
  entry('AM4012', 'column name stands twice', 'A header must not repeat a name.', 'a,a\n1,2\n'),
  entry(
    'AM4013',
    'bad NPY file',
    'The header is damaged, the element type is not supported, or the length does not match the shape.',
    'argmin run f.opt --data X=notes.npy',
  ),
  entry(
    'AM4014',
    'bad gzip file',
    'The file is truncated or damaged, or it is not gzip at all.',
    'data "table.csv.gz" { x: real[N] = column(x) }',
  ),
  entry(
    'AM4015',
    'bad JSON file',
    'Data in JSON is an array of records, an object of columns, or nested arrays of numbers.',
    '{"a": 1}',
  ),
  entry(
    'AM4016',
    'data not handed in',
    'A column without a source is filled by the host, or by `--data NAME=FILE`.',
    'data { X: real[N, D] }',
  ),
  entry(
    'AM4017',
    'array of the wrong rank',
    'The array has more or fewer axes than its declared type.',
    'argmin run f.opt --data X=vector.npy',
  ),
  entry(
    'AM4018',
    'run of columns backwards',
    'In `columns(a..b)`, `a` stands before `b` in the file.',
    'data "iris.csv" { X: real[N, D] = columns(petal_width..sepal_length) }',
  ),
  entry(
    'AM4019',
    'unknown data format',
    'The format follows from the ending (.csv, .tsv, .json, .npy, .txt, each also with .gz) or from `as`.',
    'data "table.dat" { x: real[N] = column(x) }',
  ),
  entry(
    'AM4020',
    'data is not text',
    'CSV, TSV, JSON and text files are UTF-8.',
    'data "picture.csv" { x: real[N] = column(x) }',
  ),
  entry(
    'AM4021',
    'selection does not fit the format',
    '`columns` and `column` need a table, `array` an NPY file or nested JSON arrays, `characters` a text.',
    'data "weights.npy" { x: real[N] = column(x) }',
  ),
  entry(
    'AM4022',
    'dimension without a size',
    'No data and no declaration says how large the dimension is.',
    'param w: real[D] = 0',
  ),
  entry(
    'AM6001',
    'the run met a value that is not finite',
    'The objective, its gradient or a parameter became NaN or infinite. The message names the first expression that did, the step, and the parameter that was reached.',
    'minimize log(w) + w',
  ),
  entry(
    'AM6020',
    'a draw with impossible parameters',
    'A parameter of a draw became one that its distribution cannot have: a negative deviation, a probability outside 0..1, probabilities off the simplex. The message shows the condition of the distribution and the numbers. The last finite state is kept.',
    'let z ~ normal(0, w)',
  ),
  entry(
    'AM6045',
    'a function of the host failed',
    'An `extern fn` threw, or gave something else than its type says. The message shows what it was given. The last state is kept.',
    'extern fn cost(x: real[n]): real',
  ),
  entry(
    'AM6046',
    'a function of the host is missing',
    'The program calls an `extern fn`; `--extern FILE.mjs` names a JavaScript module that exports a function of its name.',
    'argmin run tuning.opt',
  ),
  entry(
    'AM6047',
    'the module of the host cannot be loaded',
    '`--extern` takes a JavaScript module that loads without an error.',
    'argmin run tuning.opt --extern missing.mjs',
  ),
  entry(
    'AM6002',
    'the run was interrupted',
    'The last state is kept and reported; the numbers are those of that state.',
    'press Ctrl-C during argmin run',
  ),
  entry(
    'AM6003',
    'stopped at the step limit',
    'The `until` condition did not hold before the last step, for instance because its threshold lies below what the precision can reach.',
    'solve using lbfgs() for 100 steps until grad_norm < 1e-40',
  ),
  entry(
    'AM6015',
    'an implicit derivative away from a stationary point',
    'The implicit function theorem differentiates a point where the inner gradient is 0. The optimizer of the nested problem stopped before it came near one, so the derivative is one of another point. Take more steps or a better optimizer, or differentiate through the steps.',
    'argmin { param v: real = 0  minimize (v - w)^2  solve using gradient_descent(0.01) for 3 steps implicit }',
  ),
  entry(
    'AM6035',
    'runs of a front that diverged',
    'Each point of a front is a run. Those that met a value that is not finite are left out of the front and its measures.',
    'solve front 10 using gradient_descent(1e6) on chebyshev for 100 steps',
  ),
  entry(
    'AM6036',
    'empty front',
    'Every run of the front met a value that is not finite, so there is no point to report.',
    'solve front 10 using gradient_descent(1e9) on weighted_sum for 100 steps',
  ),
  entry(
    'AM6037',
    'front in a module',
    'A module that `argmin compile` writes makes one run; a front is many, which `argmin run` makes.',
    'argmin compile front.opt --target ts -o out',
  ),
  entry(
    'AM6050',
    'an array beyond a limit of the device',
    'A device limits the size of one storage buffer, in which every array lies whole. The message names the array, its size and the limit; nothing has been allocated.',
    'argmin run large.opt --target wgsl',
  ),
  entry(
    'AM6051',
    'a program beyond the memory of the device',
    'A device limits how many storage buffers a kernel sees, and the size of each; data, parameters and everything in between lie there together.',
    'argmin run large.opt --target wgsl',
  ),
  entry(
    'AM6052',
    'a function of the host on a device',
    'An `extern fn` is supplied by the host and called in the midst of a step, which a device cannot do. Run the file with `--target ts`.',
    'argmin run tuning.opt --target wgsl',
  ),
  entry(
    'AM6053',
    'f64 on a device',
    'The file asks for `precision f64`, and no WebGPU device computes in it. The run goes on in f32, about seven digits.',
    'precision f64',
  ),
  entry(
    'AM6054',
    'code that a device refuses',
    'A driver does not accept the code that was written for an expression. That is a bug of the compiler, or of the driver; the message shows what the driver says.',
    'argmin run model.opt --target wgsl',
  ),
  entry(
    'AM6055',
    'a device lost in mid-run',
    'The driver was reset, or the device taken away. The parameters that were read back last are kept; what would have to be computed on the device is NaN.',
    'argmin run model.opt --target wgsl',
  ),
  entry(
    'AM6030',
    'no feasible point',
    'The multipliers of the named constraints make one constraint of them that is violated and cannot be mended nearby. Where the constraints are convex that is a proof; otherwise another start may help. The status is `infeasible`.',
    'subject to low: sum(x) >= 5\nsubject to high: sum(x^2) <= 4',
  ),
];
