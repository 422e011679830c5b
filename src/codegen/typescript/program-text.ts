/**
 * The text of one program while it is printed: views of the two arenas, the helpers that its code calls, and its
 * functions. Every function takes no arguments and works on views that are constants of the closure around it.
 */
import { addressOf } from '../../ir/nest.js';
import type { Buffer, Place } from '../../ir/nest.js';
import { locate } from '../../ir/nest.js';
import type { Affine } from '../../ir/nest-affine.js';
import { arenaOf } from '../../ir/memory.js';
import type { Arena } from '../../ir/memory.js';
import {
  helpersWithCallees,
  printHelper,
  printTypedHelper,
} from '../../ir/operators/elementwise/lowering.js';
import type { HelperFunction } from '../../ir/operators/elementwise/lowering.js';
import { elementwiseTable } from '../../ir/operators/elementwise/table.js';
import { philoxUniform } from '../../ir/operators/philox.js';
import type { Block } from '../blocks.js';
import { codeLines, indented, textsOf } from '../origins.js';
import type { CodeLine } from '../origins.js';
import { Namer } from '../source-text.js';
import { printRoutine, routines } from './routines.js';
import type { RoutineName } from './routines.js';
import { numberText, reserved } from './text.js';

export interface PrintedFunction {
  readonly name: string;
  readonly lines: readonly CodeLine[];
}

export class ProgramText {
  readonly functions: PrintedFunction[] = [];
  private readonly namer: Namer;
  private readonly views = new Map<Buffer, string>();
  private readonly helperSet = new Map<string, HelperFunction>();
  private readonly routineSet = new Set<RoutineName>();
  private scratchSize = 0;
  private realScratchSize = 0;
  private packedSize = 0;

  constructor(taken: Iterable<string> = []) {
    this.namer = new Namer(reserved, [
      ...taken,
      ...Object.keys(routines),
      ...helperNames(),
      'sortScratch',
      'matrixScratch',
      'packed',
      'extern',
      'start',
      'end',
    ]);
  }

  view(buffer: Buffer): string {
    let name = this.views.get(buffer);
    if (name === undefined) {
      name = this.namer.fresh(buffer.label);
      this.views.set(buffer, name);
    }
    return name;
  }

  /** A name for something else that the program declares. */
  fresh(name: string): string {
    return this.namer.fresh(name);
  }

  routine(name: RoutineName): string {
    this.routineSet.add(name);
    this.helpers(routines[name].helpers);
    return name;
  }

  /** The host's functions and the routine that calls them. */
  hostCall(): string {
    for (const name of ['hostKind', 'hostArgument', 'hostResult'] as const) this.routine(name);
    return `${this.routine('callHost')}(extern`;
  }

  /** `extern`, which whoever runs the program fills. */
  declareExtern(typed: boolean): string[] {
    if (!this.routineSet.has('callHost')) return [];
    const type = typed ? ': { [name: string]: (...inputs: never[]) => unknown }' : '';
    return [`const extern${type} = {};`];
  }

  /** Room for one row of a sort. */
  scratch(size: number): string {
    this.scratchSize = Math.max(this.scratchSize, size, 1);
    return 'sortScratch';
  }

  /** Room for one matrix, in full precision. */
  realScratch(size: number): string {
    this.realScratchSize = Math.max(this.realScratchSize, size, 1);
    return 'matrixScratch';
  }

  /** Room for the packed operands of one product. */
  packed(size: number): string {
    this.packedSize = Math.max(this.packedSize, size);
    return 'packed';
  }

  /** The memory: reals, then scratch for products; integers. */
  declareArenas(array: 'Float64Array' | 'Float32Array', sizes: Readonly<Record<Arena, number>>): string[] {
    const lines = [
      `const reals = new ${array}(${sizes.real + this.packedSize});`,
      `const integers = new Int32Array(${sizes.integer});`,
    ];
    if (this.packedSize > 0) {
      lines.push(`const packed = reals.subarray(${sizes.real}, ${sizes.real + this.packedSize});`);
    }
    return lines;
  }

  helpers(helpers: readonly HelperFunction[]): void {
    for (const helper of helpers) this.helperSet.set(helper.name, helper);
  }

  /** Declares helpers and routines of another text too, whose own code stands beside this one. */
  include({ helperSet, routineSet }: ProgramText): void {
    this.helpers([...helperSet.values()]);
    for (const name of routineSet) this.routine(name);
  }

  /** Sets all elements of a place. */
  fill(block: Block, place: Place, value: number): void {
    const { buffer, base } = locate(place);
    const view = this.view(buffer);
    const text = numberText(value).text;
    const whole = base.terms.length === 0 && base.constant === 0 && buffer.size === place.size;
    if (whole) {
      block.push(`${view}.fill(${text});`);
    } else {
      const start = this.index(base);
      block.push(`${view}.fill(${text}, ${start}, ${start} + ${place.size});`);
    }
  }

  /** An index that depends on no loop of a nest, only on the turns of loops around it. */
  index(index: Affine): string {
    let text = '';
    for (const { variable, coefficient } of index.terms) {
      if (variable.kind !== 'value' || variable.value.kind !== 'load') {
        throw new Error('compiler bug: a place depends on more than turns');
      }
      const { buffer, base } = locate(variable.value.place);
      const turn = `${this.view(buffer)}[${this.index(base)}]!`;
      text += `${text === '' ? '' : ' + '}${turn} * ${coefficient}`;
    }
    if (text === '') return String(index.constant);
    return index.constant === 0 ? text : `${text} + ${index.constant}`;
  }

  /** `const w = reals.subarray(0, 20);` for every view that the code mentions. */
  declareViews(): string[] {
    const lines: string[] = [];
    if (this.scratchSize > 0) lines.push(`const sortScratch = new Int32Array(${this.scratchSize});`);
    if (this.realScratchSize > 0)
      lines.push(`const matrixScratch = new Float64Array(${this.realScratchSize});`);
    for (const [buffer, name] of this.views) {
      const start = addressOf(buffer);
      const arena = arenaOf(buffer) === 'real' ? 'reals' : 'integers';
      lines.push(`const ${name} = ${arena}.subarray(${start}, ${start + buffer.size});`);
      if (buffer.values !== undefined) {
        lines.push(`${name}.set([${buffer.values.map((value) => numberText(value).text).join(', ')}]);`);
      }
    }
    return lines;
  }

  declareHelpers(typed: boolean): string[] {
    const lines: string[] = [];
    for (const helper of helpersWithCallees([...this.helperSet.values()])) {
      lines.push(...(typed ? printTypedHelper(helper) : printHelper(helper)).split('\n'));
    }
    for (const name of this.routineSet) lines.push(...printRoutine(name, typed));
    return lines;
  }

  declareFunctions(): string[] {
    return textsOf(this.functionLines());
  }

  /** As `declareFunctions`, with the places that the lines come from. */
  functionLines(): CodeLine[] {
    return this.functions.flatMap(({ name, lines }) => [
      ...codeLines([`function ${name}() {`]),
      ...indented(lines),
      ...codeLines(['}']),
    ]);
  }
}

/** Every helper that any operator may bring. */
function helperNames(): string[] {
  const rows = Object.values(elementwiseTable).flatMap((row) => row.lowering.helpers);
  return helpersWithCallees([...rows, philoxUniform]).map((helper) => helper.name);
}

/** Loads are printed with TypeScript's `!`; JavaScript is the same text without it. */
export function withoutAssertions(text: string): string {
  return text.replace(/\]!/g, ']');
}
