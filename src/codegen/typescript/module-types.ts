/**
 * What emitted modules say of a program in TypeScript, whatever runs it: the members of `Data`, `Params` and `Reports`, the
 * sizes, the checks of arrays, the comment at the top.
 */
import type { InterfaceDeclarationStructure } from 'ts-morph';
import type { Program, RawInput } from '../../ir/program.js';
import { sizeOf } from '../../ir/types.js';
import { commentText } from '../source-text.js';
import { stringText } from './text.js';

export interface EmitOptions {
  /** Doc comment of the module, from the source. */
  readonly doc?: string;
  /** Its functions as WebAssembly too: `fast` where not said, `deterministic` with the same bits on every machine. */
  readonly wasm?: 'fast' | 'deterministic' | 'none';
}

export function interfaceMembers(body: string): Partial<InterfaceDeclarationStructure> {
  const properties: {
    name: string;
    type: string;
    isReadonly: boolean;
    hasQuestionToken: boolean;
    docs: string[];
  }[] = [];
  const methods: { name: string; returnType: string; docs: string[] }[] = [];
  let docs: string[] = [];
  for (const line of body.split('\n')) {
    const comment = /^\/\*\* (.*) \*\/$/.exec(line);
    const property = /^readonly (\w+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(\?)?: (.*);$/.exec(line);
    const method = /^(\w+)\(\): (.*);$/.exec(line);
    if (comment !== null) {
      docs = [comment[1] ?? ''];
      continue;
    }
    if (property !== null) {
      properties.push({
        name: property[1] ?? '',
        type: property[3] ?? '',
        isReadonly: true,
        hasQuestionToken: property[2] === '?',
        docs,
      });
    } else if (method !== null) {
      methods.push({ name: method[1] ?? '', returnType: method[2] ?? '', docs });
    } else if (line !== '') {
      throw new Error('compiler bug: an interface member of an unknown form');
    }
    docs = [];
  }
  return { properties, methods };
}

export function headerComment(program: Program, options: EmitOptions): string {
  const lines = [
    ...(options.doc === undefined ? [] : options.doc.split('\n').map((line) => commentText(line, 110))),
    `${commentText(program.name, 60)}: written by argmin; sizes are fixed, and data of other sizes is refused.`,
    ...program.phases.map((phase) =>
      phase.process === true
        ? `It runs the ${commentText(phase.title)}.`
        : `It ${phase.objective.sense}s ${commentText(phase.objective.name, 60)} using ${commentText(phase.title)}.`,
    ),
  ];
  return ['/*', ...lines.map((line) => ` * ${line}`), ' */'].join('\n');
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'a scalar' : `[${shape.join(', ')}]`;
}

export function property(name: string, type: string, doc: string): string {
  return `/** ${commentText(doc, 200)} */\nreadonly ${key(name)}: ${type};`;
}

export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__' ? name : stringText(name);
}

export function access(object: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${object}.${name}` : `${object}[${stringText(name)}]`;
}

export function dataMembers(program: Program): string {
  return program.raw
    .map((input) =>
      property(
        input.name,
        'ArrayLike<number>',
        `${kindOf(input)} ${shapeText(input.type.shape)}: ${input.origin}`,
      ),
    )
    .join('\n');
}

export function kindOf(input: RawInput): string {
  if (input.classes !== undefined) return `integers from 0 to ${input.classes - 1},`;
  return { real: 'numbers', int: 'integers', bool: 'zeros and ones' }[input.type.dtype];
}

export function paramMembers(program: Program, reals: string): string {
  return program.parameters
    .map((slot, index) => {
      const mapped = program.reports.some(({ parameter }) => parameter === index);
      const shape = shapeText(slot.shape);
      return property(
        slot.name,
        reals,
        mapped ? `coordinates ${shape}; the value is among the reports` : shape,
      );
    })
    .join('\n');
}

export function reportMembers(program: Program, reals: string): string {
  return program.reports
    .map((report) =>
      report.type.shape.length === 0
        ? `readonly ${key(report.name)}: number;`
        : property(report.name, reals, shapeText(report.type.shape)),
    )
    .join('\n');
}

export function hyperMembers(program: Program): string {
  return program.hypers
    .map(({ name, value, interval }) => {
      const doc = interval === undefined ? `${value}` : `${value}, from ${interval.from} to ${interval.to}`;
      return `/** ${doc} */\nreadonly ${key(name)}?: number;`;
    })
    .join('\n');
}

export function sizesText(program: Program): string {
  const dimensions = program.tables.map((table) => `  ${key(table.dimension)}: ${table.rows},`);
  const shapes = program.raw
    .filter((input) => !program.tables.some((table) => table.dimension === input.name))
    .map((input) => `  ${key(input.name)}: [${input.type.shape.join(', ')}],`);
  return [
    '/** The sizes that the program was compiled for: rows of tables, shapes of arrays. */',
    'export const sizes = {',
    ...dimensions,
    ...shapes,
    '} as const;',
  ].join('\n');
}

/** A call that refuses arrays of another size, and numbers that the input cannot have. */
export function inputCheck({ name, type, classes }: RawInput): string {
  const given = `${stringText(name)}, ${access('data', name)}, ${sizeOf(type.shape)}`;
  if (type.dtype === 'real') return `checkNumbers(${given});`;
  const limits: Readonly<Record<'int' | 'bool', readonly number[]>> = {
    int: [-(2 ** 31) + 1, 2 ** 31 - 1],
    bool: [0, 1],
  };
  const [low, high] = classes === undefined ? limits[type.dtype] : [0, classes - 1];
  return `checkIntegers(${given}, ${low}, ${high});`;
}

/** One blank line between declarations, none twice. */
export function tidy(text: string): string {
  return `${text.replace(/\n{3,}/g, '\n\n').trim()}\n`;
}
