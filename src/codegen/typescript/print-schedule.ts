/**
 * Prints a schedule. The optimising compiler gives up on long functions, so a sequence that grows too long is cut into
 * functions of a bounded size that the enclosing code calls.
 */
import type { Node } from '../../ir/graph.js';
import { locate } from '../../ir/nest.js';
import type { Launch, Place, Schedule } from '../../ir/nest.js';
import { Block } from '../blocks.js';
import { printKernelCall } from './kernel-call.js';
import { printContraction } from './print-contraction.js';
import { printLaunch } from './print-launch.js';
import type { ProgramText } from './program-text.js';
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

  print(schedule: Schedule): string[] {
    switch (schedule.kind) {
      case 'sequence':
        return this.pack(schedule.steps.map((step) => this.print(step)));
      case 'launch':
        return this.scoped(printLaunch(schedule.launch, this.program, new Set()), commentOf(schedule.launch));
      case 'contraction': {
        const comment = sourceComment(schedule.contraction.node.span);
        return this.scoped(printContraction(schedule.contraction, this.program), comment);
      }
      case 'kernel':
        return this.scoped(
          [printKernelCall(schedule.call, this.program, (place) => this.argument(place))],
          sourceComment(schedule.call.node.span),
        );
      case 'copy':
        return this.copy(schedule.from, schedule.to);
      case 'fill': {
        const block = new Block(undefined);
        this.program.fill(block, schedule.to, schedule.value);
        return block.lines;
      }
      case 'repeat': {
        const outer = new Block(undefined);
        const block = new Block(outer);
        block.push(`${this.element(schedule.turn)} = r;`);
        if (schedule.condition !== undefined) {
          for (const line of this.print(schedule.condition.schedule)) block.push(line);
          block.push(`if (${this.element(schedule.condition.flag)}! === 0) break;`);
        }
        for (const line of this.print(schedule.body)) block.push(line);
        outer.close(`for (let r = 0; r < ${schedule.max}; r += 1)`, block);
        return outer.lines;
      }
      case 'if': {
        const then = this.print(schedule.then).map((line) => `  ${line}`);
        const otherwise = this.print(schedule.otherwise).map((line) => `  ${line}`);
        const head = `if (${this.element(schedule.flag)}! !== 0) {`;
        return otherwise.length === 0 ? [head, ...then, '}'] : [head, ...then, '} else {', ...otherwise, '}'];
      }
      default:
        return schedule satisfies never;
    }
  }

  /** One after the other; in functions of their own where they are too long together. */
  private pack(parts: readonly (readonly string[])[]): string[] {
    const total = parts.reduce((sum, lines) => sum + lengthOf(lines), 0);
    if (total <= longestFunction) return parts.flat();
    const calls: string[] = [];
    let pending: string[] = [];
    let size = 0;
    const flush = (): void => {
      if (pending.length === 0) return;
      if (size < 80) {
        calls.push(...pending);
      } else {
        this.parts += 1;
        const name = this.program.fresh(`${this.name}_part_${this.parts}`);
        this.program.functions.push({ name, lines: pending });
        calls.push(`${name}();`);
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

  private scoped(lines: readonly string[], comment: string | undefined): string[] {
    if (lines.length === 0) return [];
    const declares = lines.some((line) => line.startsWith('const ') || line.startsWith('let '));
    const body = declares ? ['{', ...lines.map((line) => `  ${line}`), '}'] : [...lines];
    return comment === undefined ? body : [comment, ...body];
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

function lengthOf(lines: readonly string[]): number {
  let length = 0;
  for (const line of lines) length += line.length + 1;
  return length;
}

/** The source line of the last unit that has one: earlier ones led to it. */
function commentOf(launch: Launch): string | undefined {
  let node: Node | undefined;
  for (const unit of launch.units) if (unit.node.span !== undefined) node = unit.node;
  return sourceComment(node?.span);
}
