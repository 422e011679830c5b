/**
 * Prints a schedule. The optimising compiler gives up on long functions, so a sequence that grows too long is cut into
 * functions of a bounded size that the enclosing code calls.
 */
import { locate } from '../../ir/nest.js';
import type { Place, Schedule } from '../../ir/nest.js';
import { Block } from '../blocks.js';
import { printKernelCall } from './kernel-call.js';
import { printContraction } from './print-contraction.js';
import { printLaunch } from './print-launch.js';
import type { ProgramText } from './program-text.js';
import { codeLines, indented, spansOf } from '../origins.js';
import type { CodeLine } from '../origins.js';
import type { Span } from '../../parser/source.js';
import { sourceComment } from '../source-text.js';

/** Characters of one function, at most, unless a single nest is longer. */
const longestFunction = 8000;

/** Prints a schedule as a function without parameters, and returns its name. */
export function printFunction(schedule: Schedule, name: string, program: ProgramText): string {
  const printer = new SchedulePrinter(program, name);
  const lines = printer.print(schedule);
  const own = program.fresh(name);
  program.functions.push({ name: own, lines });
  return own;
}

class SchedulePrinter {
  private parts = 0;

  constructor(
    private readonly program: ProgramText,
    private readonly name: string,
  ) {}

  print(schedule: Schedule): CodeLine[] {
    switch (schedule.kind) {
      case 'sequence':
        return this.pack(schedule.steps.map((step) => this.print(step)));
      case 'launch':
        return this.scoped(
          printLaunch(schedule.launch, this.program, new Set()),
          spansOf(schedule.launch.units.map(({ node }) => node.span)),
        );
      case 'contraction':
        return this.scoped(
          printContraction(schedule.contraction, this.program),
          spansOf([schedule.contraction.node.span]),
        );
      case 'kernel':
        return this.scoped(
          [printKernelCall(schedule.call, this.program, (place) => this.argument(place))],
          spansOf([schedule.call.node.span]),
        );
      case 'copy':
        return codeLines(this.copy(schedule.from, schedule.to));
      case 'fill': {
        const block = new Block(undefined);
        this.program.fill(block, schedule.to, schedule.value);
        return codeLines(block.lines);
      }
      case 'repeat': {
        const body = codeLines([`${this.element(schedule.turn)} = r;`]);
        if (schedule.condition !== undefined) {
          body.push(...this.print(schedule.condition.schedule));
          body.push(...codeLines([`if (${this.element(schedule.condition.flag)}! === 0) break;`]));
        }
        body.push(...this.print(schedule.body));
        return [
          ...codeLines([`for (let r = 0; r < ${schedule.max}; r += 1) {`]),
          ...indented(body),
          ...codeLines(['}']),
        ];
      }
      case 'if': {
        const otherwise = indented(this.print(schedule.otherwise));
        return [
          ...codeLines([`if (${this.element(schedule.flag)}! !== 0) {`]),
          ...indented(this.print(schedule.then)),
          ...(otherwise.length === 0 ? [] : [...codeLines(['} else {']), ...otherwise]),
          ...codeLines(['}']),
        ];
      }
      default:
        return schedule satisfies never;
    }
  }

  /** One after the other; in functions of their own where they are too long together. */
  private pack(parts: readonly (readonly CodeLine[])[]): CodeLine[] {
    const total = parts.reduce((sum, lines) => sum + lengthOf(lines), 0);
    if (total <= longestFunction) return parts.flat();
    const calls: CodeLine[] = [];
    let pending: CodeLine[] = [];
    let size = 0;
    const flush = (): void => {
      if (pending.length === 0) return;
      if (size < 80) {
        calls.push(...pending);
      } else {
        this.parts += 1;
        const name = this.program.fresh(`${this.name}_part_${this.parts}`);
        this.program.functions.push({ name, lines: pending });
        calls.push(...codeLines([`${name}();`]));
      }
      pending = [];
      size = 0;
    };
    for (const lines of parts) {
      const length = lengthOf(lines);
      if (size + length > longestFunction) flush();
      pending.push(...lines);
      size += length;
    }
    flush();
    return lengthOf(calls) <= longestFunction || calls.length < 3
      ? calls
      : this.pack(calls.map((call) => [call]));
  }

  /** @param spans what the lines come from; the comment names the last: earlier places led to it */
  private scoped(lines: readonly string[], spans: readonly Span[]): CodeLine[] {
    if (lines.length === 0) return [];
    const comment = sourceComment(spans.at(-1));
    const declares = lines.some((line) => line.startsWith('const ') || line.startsWith('let '));
    const body = declares ? ['{', ...lines.map((line) => `  ${line}`), '}'] : [...lines];
    return codeLines(comment === undefined ? body : [comment, ...body], spans);
  }

  private element(place: Place): string {
    const { buffer, base } = locate(place);
    return `${this.program.view(buffer)}[${this.program.index(base)}]`;
  }

  private argument(place: Place): string {
    const { buffer, base } = locate(place);
    return `${this.program.view(buffer)}, ${this.program.index(base)}`;
  }

  private copy(from: Place, to: Place): string[] {
    if (from.size === 0) return [];
    const [source, target] = [locate(from), locate(to)];
    const index = (base: string): string => (base === '0' ? 'i' : `${base} + i`);
    const read = `${this.program.view(source.buffer)}[${index(this.program.index(source.base))}]!`;
    const write = `${this.program.view(target.buffer)}[${index(this.program.index(target.base))}]`;
    return [`for (let i = 0; i < ${from.size}; i += 1) ${write} = ${read};`];
  }
}

function lengthOf(lines: readonly CodeLine[]): number {
  let length = 0;
  for (const { text } of lines) length += text.length + 1;
  return length;
}
