/** What is made of a source, as the page shows it beside the source. */
import type { CompileState } from '../../src/compile.js';
import { objectivesText } from '../../src/explain/objectives.js';
import { problemText } from '../../src/explain/problem.js';
import type { DevicePlan, Origin } from '../../src/runtime/webgpu/plan.js';
import type { Generated } from './messages.js';

export function mathematicsOf({ file, problem }: CompileState): Generated {
  const parts =
    file === undefined || problem === undefined ? [] : [problemText(file, problem), objectivesText(problem)];
  return { text: parts.join('\n\n'), origins: [] };
}

export function typescriptOf({ printed }: CompileState): Generated {
  return { text: printed?.text ?? '', origins: printed?.origins ?? [] };
}

/** The modules of a program one after the other, each under its name. */
export function wgslOf({ modules }: DevicePlan): Generated {
  const lines: string[] = [];
  const found: Origin[] = [];
  for (const { name, code, origins } of modules) {
    lines.push(`// ${name}`);
    found.push(...origins.map((origin) => ({ ...origin, line: origin.line + lines.length })));
    lines.push(...code.split('\n'));
  }
  return { text: lines.join('\n'), origins: found };
}
