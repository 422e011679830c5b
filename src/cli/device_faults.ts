/** What went wrong on a device, at the place of the source that it comes from. */
import type { Program } from '../ir/program.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { SourceFile, Span } from '../parser/source.js';
import type { DeviceFault } from '../runtime/webgpu/index.js';
import type { Loss } from '../runtime/run.js';

/** A module that the device refuses. No program should lead to one. */
export function shaderDiagnostic(fault: DeviceFault, program: Program): Diagnostic | undefined {
  if (fault.kind !== 'shader' && fault.kind !== 'pipeline') return undefined;
  const [where, span] =
    fault.kind === 'shader'
      ? [`${fault.module}:${fault.line}:${fault.column}`, spanOf(fault.origin, program)]
      : [`the kernel ${fault.kernel}`, undefined];
  const place = span ?? program.phases[0]?.span;
  if (place === undefined) throw new Error(`compiler bug: ${fault.message}`);
  return {
    code: 'AM6054',
    severity: 'error',
    message: 'the device refuses the code that was written for this expression',
    span: place,
    notes: [
      `${where}: ${fault.message.split('\n')[0] ?? ''}`,
      'this is a bug of argmin; `argmin compile FILE --target wgsl -o DIR` writes the code, which is worth a report',
      'run with `--target ts`',
    ],
  };
}

type Origin = Extract<DeviceFault, { kind: 'shader' }>['origin'];

function spanOf(origin: Origin, program: Program): Span | undefined {
  if (origin === undefined) return undefined;
  const files = new Map<string, SourceFile>();
  for (const { span } of [...program.parameters, ...program.phases, ...program.reports])
    files.set(span.file.path, span.file);
  const file = files.get(origin.path);
  if (file === undefined) return undefined;
  const lines = file.text.split('\n').slice(0, origin.sourceLine - 1);
  const start = lines.reduce((total, line) => total + line.length + 1, 0) + origin.sourceColumn - 1;
  const end = file.text.indexOf('\n', start);
  return { file, start, end: end < 0 ? file.text.length : end };
}

export function lossDiagnostic({ phase, step, message }: Loss, program: Program): Diagnostic {
  const about = program.phases[phase];
  if (about === undefined) throw new Error('compiler bug: a device was lost in no phase');
  return {
    code: 'AM6055',
    severity: 'error',
    message: `the device was lost; the parameters are those after step ${step} of \`${about.title}\`, which were read back last`,
    span: about.span,
    notes: [
      message,
      'figures that the device would have had to give are NaN',
      'another run may succeed; `--target ts` needs no device',
    ],
  };
}
