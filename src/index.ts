/** The compiler as a library: what the command line is made of. */
export { checkSource, fileLoader } from './front_end.js';
export type { Checked, FrontEndOptions } from './front_end.js';
export {
  compileSource,
  diagnoseDivergence,
  passes,
  prepareFastRun,
  prepareRun,
  rawArrays,
  runPasses,
  startState,
} from './compile.js';
export type { Compilation, CompileOptions, CompileState, Pass } from './compile.js';
export { bindProblem } from './bind/bind.js';
export type { BindOptions, BindResult, BoundArray, BoundProblem } from './bind/bind.js';
export { format } from './parser/format.js';
export { parse } from './parser/parse.js';
export { renderDiagnostic, toLspDiagnostic } from './parser/render.js';
export type { Diagnostic } from './parser/diagnostic.js';
export type { SourceFile, Span } from './parser/source.js';
export type { Program } from './ir/program.js';
export { librarySources, version } from './package.js';
export * from './runtime/index.js';
