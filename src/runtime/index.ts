/** What an embedder of a compiled program needs, without the compiler. */
export type { CompiledProgram, RunPhase, RunPlan, Snapshot, TensorShape } from './compiled.js';
export type { DrivenProgram, LastRead, SavedState, Soon } from './driven.js';
export type { Conflict, Infeasibility } from './infeasible.js';
export { runProgram } from './run.js';
export type {
  Divergence,
  Loss,
  NamedArray,
  PhaseOutcome,
  Progress,
  RunOptions,
  RunOutcome,
  RunStatus,
} from './run.js';
export { nested, resultObject } from './result.js';
export type { Nested, ResultObject } from './result.js';
export { parseData, readTable } from './data/read.js';
export { readNpy, writeNpy } from './data/npy.js';
export type { DataFault, DataPlace, DataResult } from './data/fault.js';
export type { Cell, DataFormat, DataSource, NumberArray, Table, TextFile } from './data/source.js';
export {
  acquireDevice,
  capabilitiesOf,
  DeviceProgram,
  faultText,
  findAdapter,
  needsOf,
  openDevice,
  openProgram,
} from './webgpu/index.js';
export type {
  AdapterOptions,
  DeviceFault,
  DeviceNeeds,
  DevicePlan,
  DeviceProgramOptions,
  DeviceResult,
  InputPlan,
  OpenOptions,
  ProgramPlan,
} from './webgpu/index.js';
export { timeKernels } from './webgpu/timing.js';
export type { KernelTime } from './webgpu/timing.js';
export { planText } from './webgpu/program_plan.js';
