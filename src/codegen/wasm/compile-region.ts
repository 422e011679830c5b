/** One region as a function on arrays, by WebAssembly: the smallest thing this back end can run. */
import type { Region } from '../../ir/graph.js';
import { arenaOf } from '../../ir/memory.js';
import { locate } from '../../ir/nest.js';
import type { Place } from '../../ir/nest.js';
import type { Cells } from '../running-program.js';
import { startOf } from '../schedule-program.js';
import type { CompiledRegion } from '../typescript/compile-region.js';
import { scheduleAlone } from '../schedule-region.js';
import { withEpilogues } from './contraction-epilogue.js';
import { loadModule } from './module.js';
import { fusionFor, ProgramCode } from './program-code.js';
import type { WasmOptions } from './program-code.js';
import type { Precision } from './real.js';
import { writeFunction } from './schedule-code.js';

export function compileRegion(region: Region, precision: Precision, options: WasmOptions): CompiledRegion {
  const { inputs, outputs, schedule, sizes } = scheduleAlone(
    region,
    withEpilogues(fusionFor(options), precision),
  );
  const program = new ProgramCode(precision, sizes, options);
  const run = writeFunction(schedule, 'run', program);
  const loaded = loadModule(program, [run], sizes);
  if (loaded === undefined) throw new Error('no memory of this size');
  const { reals, integers, functions, source } = loaded;
  const view = (place: Place): Cells => {
    const start = startOf(place);
    const arena = arenaOf(locate(place).buffer) === 'real' ? reals : integers;
    return arena.subarray(start, start + place.size);
  };
  const runOnce = functions['run'];
  if (runOnce === undefined) throw new Error('compiler bug: the module lacks its function');
  return { inputs: inputs.map(view), results: outputs.map(view), run: runOnce, source };
}
