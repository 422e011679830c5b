/** What a host needs to know of a program beside its code: how it runs, and what it reads. Plain data, without spans. */
import type { Phase, Program } from '../ir/program.js';
import { at } from '../ir/types.js';
import type { RunPhase, RunPlan } from '../runtime/compiled.js';
import type { BatchPlan } from '../runtime/sampler.js';
import type { InputPlan } from '../runtime/webgpu/program_plan.js';

/** Undefined for full passes. */
export function batchPlan(program: Program, { sampler, stepsPerEpoch }: Phase): BatchPlan | undefined {
  if (sampler.kind === 'full') return undefined;
  const { start, count } = at(at(program.tables, sampler.table).splits, 0);
  return { start, count, size: sampler.size, stepsPerEpoch, inOrder: sampler.inOrder };
}

export function inputPlan(program: Program): InputPlan {
  return {
    tables: program.tables.map(({ rows, shuffleSeed }) => ({
      rows,
      ...(shuffleSeed === undefined ? {} : { shuffleSeed }),
    })),
    raw: program.raw.map(({ name, type, table }) => ({
      name,
      shape: type.shape,
      ...(table === undefined ? {} : { table }),
    })),
    hypers: program.hypers.map(({ name, value }) => ({ name, value })),
    batches: program.phases.map((phase) => batchPlan(program, phase) ?? null),
  };
}

export function runPlan(program: Program): RunPlan {
  const { name, seed, externs, parameters, phases, front, reports } = program;
  return {
    name,
    seed,
    ...(externs === undefined ? {} : { externs: externs.map((each) => ({ name: each.name })) }),
    parameters: parameters.map((slot) => ({
      name: slot.name,
      shape: slot.shape,
      offset: slot.offset,
      size: slot.size,
    })),
    phases: phases.map(runPhase),
    ...(front === undefined ? {} : { front }),
    reports: reports.map((report) => ({
      name: report.name,
      type: { dtype: report.type.dtype, shape: report.type.shape },
      ...(report.parameter === undefined ? {} : { parameter: report.parameter }),
    })),
  };
}

function runPhase(phase: Phase): RunPhase {
  const { process, title, objective, several, measures, stops, steps, stepsPerEpoch, constraints, nested } =
    phase;
  return {
    title,
    objective,
    measures,
    stops,
    steps,
    stepsPerEpoch,
    constraints,
    ...(process === undefined ? {} : { process }),
    ...(several === undefined ? {} : { several }),
    ...(nested === undefined ? {} : { nested: nested.map((slot) => ({ name: slot.name })) }),
  };
}
