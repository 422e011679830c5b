/** A schedule as WebAssembly: its control flow whole in one function, which calls one for each nest with loops. */
import { arenaOf } from '../../ir/memory.js';
import { locate } from '../../ir/nest.js';
import type { KernelCall, Place, Schedule } from '../../ir/nest.js';
import { printKernelCall } from '../typescript/kernel-call.js';
import { defineFunction, get, load, newLocal, operate, perform, set, store } from './code.js';
import type { Code, DefinedFunction, Label, Statement } from './code.js';
import { writeContraction } from './contraction-code.js';
import { plus, word } from './integer.js';
import { writeLaunch } from './launch-code.js';
import { copyMemory, fillMemory, placeAddress, turns } from './memory.js';
import type { ProgramCode } from './program-code.js';

/** The schedule as a function without parameters. */
export function writeFunction(schedule: Schedule, name: string, program: ProgramCode): DefinedFunction {
  const made = defineFunction(name, []);
  made.body.push(...new ScheduleWriter(program, name).write(schedule));
  return made;
}

class ScheduleWriter {
  private parts = 0;

  constructor(
    private readonly program: ProgramCode,
    private readonly name: string,
  ) {}

  write(schedule: Schedule): readonly Statement[] {
    const { program } = this;
    switch (schedule.kind) {
      case 'sequence':
        return schedule.steps.flatMap((step) => this.write(step));
      case 'launch':
        return this.apart(writeLaunch(schedule.launch, program));
      case 'contraction':
        return this.apart(writeContraction(schedule.contraction, program));
      case 'kernel':
        return [this.kernel(schedule.call)];
      case 'copy':
        return copyMemory(program, schedule.from, schedule.to);
      case 'fill':
        return fillMemory(program, schedule.to, schedule.value);
      case 'repeat':
        return this.repeat(schedule);
      case 'if':
        return [
          {
            kind: 'if',
            condition: this.flag(schedule.flag),
            then: this.write(schedule.then),
            otherwise: this.write(schedule.otherwise),
          },
        ];
      default:
        return schedule satisfies never;
    }
  }

  /** What has loops is compiled alone: a long function costs the engine more than its parts. */
  private apart(statements: readonly Statement[]): readonly Statement[] {
    if (!statements.some(({ kind }) => kind === 'loop' || kind === 'block')) return statements;
    this.parts += 1;
    const part = defineFunction(`${this.name}_${this.parts}`, []);
    part.body.push(...statements);
    return [perform(part)];
  }

  private flag(place: Place): Code<'i32'> {
    return operate('i32.ne', load('i32.load', placeAddress(this.program, place)), word(0));
  }

  private repeat({
    max,
    turn,
    condition,
    body,
  }: Extract<Schedule, { kind: 'repeat' }>): readonly Statement[] {
    if (max === 0) return [];
    const label: Label = { label: 'turns' };
    const count = newLocal('i32');
    const turns: Statement[] = [store('i32.store', placeAddress(this.program, turn), get(count))];
    if (condition !== undefined) {
      turns.push(...this.write(condition.schedule));
      turns.push({ kind: 'leave', label, when: operate('i32.eqz', this.flag(condition.flag)) });
    }
    turns.push(...this.write(body), set(count, plus(get(count), word(1))));
    const again = operate('i32.lt_s', get(count), word(max));
    return [set(count, word(0)), { kind: 'block', label, body: [{ kind: 'loop', body: turns, again }] }];
  }

  /** Routines are JavaScript over views of the same memory; they are told where their operands begin. */
  private kernel(call: KernelCall): Statement {
    const starts: Code<'i32'>[] = [];
    const argument = (place: Place): string => {
      const { buffer, base } = locate(place);
      const first = this.program.elementOf(buffer) + base.constant;
      starts.push(plus(turns(this.program, base, 1), word(first)));
      const arena = arenaOf(buffer) === 'real' ? 'reals' : 'integers';
      return `${arena}, p${starts.length - 1}`;
    };
    const body = printKernelCall(call, this.program.glue, argument);
    const callee = this.program.import(
      `${call.node.operator.kind}_${this.program.imports.size}`,
      starts.map(() => 'i32'),
      undefined,
      () => `{ ${body} }`,
    );
    return perform(callee, starts);
  }
}
