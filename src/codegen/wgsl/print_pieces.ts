/**
 * Prints pieces as entry points of a module and gives the commands that run them. A piece for the grid is one dispatch
 * for each of its functions; a piece for a workgroup is one entry point that calls all of its functions, with barriers between
 * them and its control flow whole.
 */
import type { Place, Schedule } from '../../ir/nest.js';
import type { Command, Kernel } from '../../runtime/webgpu/plan.js';
import type { DeviceFunction } from './device_function.js';
import type { DeviceLayout } from './device_layout.js';
import type { DeviceLimits } from './device_limits.js';
import type { Part } from './cut.js';
import type { ModuleText } from './module_text.js';
import type { Condition, Piece, Write } from './pieces.js';
import { deviceFunctions } from './print_schedule.js';

/** How a workgroup makes one step after the other: while the device is to make more. */
export interface StepLoop {
  readonly slots: number;
  readonly slot: Place;
  readonly done: Place;
  readonly asked: Place;
}

/** What all modules of a plan share. */
export interface PieceContext {
  readonly layout: DeviceLayout;
  readonly limits: DeviceLimits;
  /** Those of the whole plan; a printer adds its own. */
  readonly kernels: Kernel[];
}

export class PiecePrinter {
  readonly functions: DeviceFunction[] = [];
  readonly entries: string[] = [];
  private control: string | undefined;
  /** Whether all threads go on, as `agree` finds out. */
  readonly agreed: string;

  /** @param module the number of the module in the plan */
  constructor(
    private readonly text: ModuleText,
    private readonly module: number,
    private readonly context: PieceContext,
  ) {
    this.agreed = text.fresh('agreed');
  }

  commands(pieces: readonly Piece[], name: string): readonly Command[] {
    return pieces.flatMap((piece): readonly Command[] => {
      switch (piece.kind) {
        case 'grid':
          return deviceFunctions(piece.leaf, this.text).map((printed) =>
            this.grid(printed, piece.conditions),
          );
        case 'workgroup':
          return this.workgroup(piece.parts, piece.conditions, name);
        case 'repeat': {
          const body = this.commands(piece.body, name);
          return body.length === 0 ? [] : [{ kind: 'repeat', count: piece.count, body }];
        }
        case 'while': {
          const condition = this.commands(piece.condition, name);
          const body = this.commands(piece.body, name);
          const flag = this.context.layout.slice(piece.flag);
          return [{ kind: 'while', max: piece.max, flag, condition, body }];
        }
        case 'if': {
          const [then, otherwise] = [this.commands(piece.then, name), this.commands(piece.otherwise, name)];
          return [{ kind: 'if', flag: this.context.layout.slice(piece.flag), then, otherwise }];
        }
        default:
          return piece satisfies never;
      }
    });
  }

  /** The whole step in a workgroup, and up to `slots` of them in one dispatch. */
  steps(parts: readonly Part[], loop: StepLoop, name: string): readonly Command[] {
    const { slot, done, asked, slots } = loop;
    const body = new WorkgroupBody(this);
    const [made, wanted] = [this.text.element(slot), this.text.element(asked)];
    const turn = this.text.fresh('made');
    body.enter(`for (var ${turn} = 0; ${turn} < ${slots}; ${turn} += 1)`);
    body.leaveUnless(`${made} < ${wanted} && ${this.text.element(done)} == 0`);
    for (const part of parts) body.print(part);
    body.leave();
    return [this.entry(name, body.lines, [1, 1, 1])];
  }

  private grid(printed: DeviceFunction, conditions: readonly Condition[]): Command {
    this.functions.push(printed);
    const together = printed.work.kind === 'teams' || printed.lines.some((line) => /Barrier\(/.test(line));
    const groups = this.groupsFor(printed);
    const call =
      groups === 1
        ? [`${printed.name}(thread, 0u, 1u);`]
        : [`${printed.name}(thread, workgroup.x, ${groups}u);`];
    return this.entry(printed.name, [...this.guard(conditions, together), ...call], [groups, 1, 1]);
  }

  private workgroup(
    parts: readonly Part[],
    conditions: readonly Condition[],
    name: string,
  ): readonly Command[] {
    const body = new WorkgroupBody(this);
    for (const part of parts) body.print(part);
    if (body.lines.length === 0) return [];
    const [only] = body.names;
    const own = body.names.length === 1 && only !== undefined ? only : name;
    return [this.entry(own, [...this.guard(conditions, true), ...body.lines], [1, 1, 1])];
  }

  private entry(name: string, lines: readonly string[], groups: Kernel['groups']): Command {
    const entryPoint = this.text.fresh(`${name}_kernel`);
    const grid = groups[0] > 1 ? ', @builtin(workgroup_id) workgroup: vec3<u32>' : '';
    this.entries.push(
      '@compute @workgroup_size(threads)',
      `fn ${entryPoint}(@builtin(local_invocation_index) thread: u32${grid}) {`,
      ...lines.map((line) => `  ${line}`),
      '}',
    );
    this.context.kernels.push({ name, module: this.module, entryPoint, groups });
    return { kind: 'dispatch', kernel: this.context.kernels.length - 1 };
  }

  /** Leaves where a condition does not hold; all threads of a workgroup `together` where barriers follow. */
  private guard(conditions: readonly Condition[], together: boolean): readonly string[] {
    if (conditions.length === 0) return [];
    const holds = (not: boolean): string[] =>
      conditions.map(
        ({ cell, is }) => `${this.text.element(cell)} ${(is === 'zero') !== not ? '==' : '!='} 0`,
      );
    if (!together) return [`if (${holds(true).join(' || ')}) { return; }`];
    return [...this.agree(holds(false).join(' && ')), `if (!${this.agreed}) { return; }`];
  }

  /** One thread looks, and `agreed` is the same for all of them. */
  agree(condition: string): readonly string[] {
    if (this.control === undefined) {
      this.control = this.text.fresh('control');
      this.entries.push(`var<workgroup> ${this.control}: i32;`);
    }
    return [
      `if (thread == 0u) { ${this.control} = select(0, 1, ${condition}); }`,
      `let ${this.agreed} = workgroupUniformLoad(&${this.control}) != 0;`,
    ];
  }

  writeText({ to, value }: Write): string {
    const cell = this.text.element(to);
    switch (value.kind) {
      case 'constant':
        return `${cell} = ${value.value};`;
      case 'increment':
        return `${cell} += 1;`;
      case 'copy':
        return `${cell} = ${this.text.element(value.from)};`;
      case 'below':
        return `${cell} *= select(0, 1, ${this.text.element(value.from)} < ${value.limit});`;
      case 'one':
        return `${cell} = select(0, 1, ${this.text.element(value.from)} == 1.0);`;
      default:
        return value satisfies never;
    }
  }

  functionsOf(leaf: Parameters<typeof deviceFunctions>[0]): readonly DeviceFunction[] {
    const printed = this.text.alone(() => deviceFunctions(leaf, this.text));
    this.functions.push(...printed);
    return printed;
  }

  element(place: Place): string {
    return this.text.element(place);
  }

  /** For variables too: one that shared the name of a function would hide it. */
  fresh(name: string): string {
    return this.text.fresh(name);
  }

  barrier(shared: boolean): readonly string[] {
    return this.text.barrier(shared);
  }

  private groupsFor({ work }: DeviceFunction): number {
    const wanted = work.kind === 'points' ? Math.ceil(work.count / this.text.profile.threads) : work.count;
    return Math.min(Math.max(1, wanted), this.context.limits.maxComputeWorkgroupsPerDimension);
  }
}

/** The body of an entry point that a single workgroup runs. */
class WorkgroupBody {
  readonly lines: string[] = [];
  /** The functions that it calls. */
  readonly names: string[] = [];
  private depth = 0;
  /** Something was written since the last barrier. */
  private dirty = false;
  /** Workgroup memory was used since the last barrier for it. */
  private shared = false;
  /** The last line is the end of what one thread writes. */
  private writing = false;

  constructor(private readonly printer: PiecePrinter) {}

  print(part: Part): void {
    switch (part.kind) {
      case 'sequence':
        for (const step of part.steps) this.print(step);
        return;
      case 'write':
        this.write(this.printer.writeText(part));
        return;
      case 'repeat':
        this.repeat(part);
        return;
      case 'if':
        this.branches(part);
        return;
      case 'launch':
      case 'contraction':
      case 'kernel':
      case 'copy':
      case 'fill':
        for (const { name, sharesMemory } of this.printer.functionsOf(part)) {
          this.settle(sharesMemory);
          this.push(`${name}(thread, 0u, 1u);`);
          this.names.push(name);
          this.dirty = true;
          this.shared ||= sharesMemory !== false;
        }
        return;
      default:
        part satisfies never;
    }
  }

  enter(head: string): void {
    this.settle();
    this.push(`${head} {`);
    this.depth += 1;
  }

  leave(): void {
    this.settle();
    this.depth -= 1;
    this.push('}');
  }

  /** Ends the loop around it, for all threads, unless the condition holds. */
  leaveUnless(condition: string): void {
    this.settle();
    for (const line of this.printer.agree(condition)) this.push(line);
    this.push(`if (!${this.printer.agreed}) { break; }`);
  }

  private repeat({ max, turn, condition, body }: Extract<Schedule, { kind: 'repeat' }>): void {
    const name = this.printer.fresh('turn');
    this.enter(`for (var ${name} = 0; ${name} < ${max}; ${name} += 1)`);
    this.write(`${this.printer.element(turn)} = ${name};`);
    if (condition !== undefined) {
      this.print(condition.schedule);
      this.leaveUnless(`${this.printer.element(condition.flag)} != 0`);
    }
    this.print(body);
    this.leave();
  }

  private branches({ flag, then, otherwise }: Extract<Schedule, { kind: 'if' }>): void {
    this.settle();
    this.push('{');
    this.depth += 1;
    for (const line of this.printer.agree(`${this.printer.element(flag)} != 0`)) this.push(line);
    this.enter(`if (${this.printer.agreed})`);
    this.print(then);
    this.leave();
    this.enter('else');
    this.print(otherwise);
    this.leave();
    this.depth -= 1;
    this.push('}');
  }

  /** By one thread, behind what the same thread has written just before. */
  private write(text: string): void {
    if (this.writing) {
      this.lines.splice(-1, 0, `${'  '.repeat(this.depth + 1)}${text}`);
      return;
    }
    this.settle();
    this.push('if (thread == 0u) {');
    this.push(`  ${text}`);
    this.push('}');
    this.dirty = true;
    this.writing = true;
  }

  /** What was written is there for all threads; workgroup memory is free, if what follows uses it. */
  private settle(shares = true): void {
    if (!this.dirty) return;
    this.writing = false;
    const both = shares && this.shared;
    for (const line of this.printer.barrier(both)) this.push(line);
    this.dirty = false;
    if (both) this.shared = false;
  }

  private push(line: string): void {
    this.lines.push(`${'  '.repeat(this.depth)}${line}`);
    this.writing = false;
  }
}
