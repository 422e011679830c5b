/** All of a program that a host needs to run it on a device: plain data, without a graph. */
import type { Program } from '../../ir/program.js';
import type { DevicePlan } from '../../runtime/webgpu/plan.js';
import type { ProgramPlan } from '../../runtime/webgpu/program_plan.js';
import { inputPlan, runPlan } from '../run-plan.js';

export function programPlan(program: Program, device: DevicePlan): ProgramPlan {
  return { run: runPlan(program), inputs: inputPlan(program), device };
}
