/**
 * Encodes functions as a binary module: types, imports, a memory from outside, exports, code. Functions are found by
 * following calls from those that are exported, and locals by their use, so a module holds what it needs and no more.
 */
import { Bytes } from './bytes.js';
import type {
  Address,
  Callee,
  Code,
  DefinedFunction,
  ImportedFunction,
  Label,
  Local,
  Signature,
  Statement,
} from './code.js';
import { extractions, laneLoads, loads, operations, replacements, stores } from './operations.js';
import type { ValueType } from './operations.js';
import { writeProductSum } from './product-sums.js';
import type { Products } from './product-sums.js';

const typeBytes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

const section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const empty = 0x40;
const pageSize = 65536;

export interface ModuleParts {
  readonly exports: readonly DefinedFunction[];
  /** Bytes of the memory that the host gives as `env.memory`. */
  readonly memory: number;
  /** How a product with its sum is written where the code allows either; the bytes are as many. */
  readonly products?: Products;
}

/** The module that `host` is imported from. */
export const importModule = 'env';

export function pagesOf(bytes: number): number {
  return Math.ceil(bytes / pageSize);
}

export function encodeModule({ exports, memory, products = 'fused' }: ModuleParts): Uint8Array<ArrayBuffer> {
  const { locals, imported } = reachable(exports);
  const defined = [...locals.keys()];
  const types: string[] = [];
  const signatures: Signature[] = [];
  const typeOf = ({ signature }: Callee): number => {
    const key = `${signature.parameters.join()}>${signature.result ?? ''}`;
    const known = types.indexOf(key);
    if (known >= 0) return known;
    types.push(key);
    signatures.push(signature);
    return types.length - 1;
  };
  const indices = new Map<Callee, number>();
  [...imported, ...defined].forEach((each, index) => {
    typeOf(each);
    indices.set(each, index);
  });
  const indexOf = (callee: Callee): number => known(indices.get(callee));

  const typeSection = new Bytes().unsigned(signatures.length);
  for (const { parameters, result } of signatures) {
    typeSection
      .byte(0x60)
      .unsigned(parameters.length)
      .bytes(parameters.map((type) => typeBytes[type]));
    typeSection.unsigned(result === undefined ? 0 : 1);
    if (result !== undefined) typeSection.byte(typeBytes[result]);
  }
  const importSection = new Bytes().unsigned(imported.length + 1);
  importSection.name(importModule).name('memory').byte(2).byte(0).unsigned(pagesOf(memory));
  for (const each of imported)
    importSection.name(importModule).name(each.name).byte(0).unsigned(typeOf(each));
  const functionSection = new Bytes().unsigned(defined.length);
  for (const each of defined) functionSection.unsigned(typeOf(each));
  const exportSection = new Bytes().unsigned(exports.length);
  for (const each of exports) exportSection.name(each.name).byte(0).unsigned(indexOf(each));
  const codeSection = new Bytes().unsigned(defined.length);
  for (const [each, own] of locals)
    codeSection.sized(new FunctionEncoder(each, own, indexOf, products).encode());

  const whole = new Bytes().bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  whole.byte(section.type).sized(typeSection);
  whole.byte(section.import).sized(importSection);
  whole.byte(section.function).sized(functionSection);
  whole.byte(section.export).sized(exportSection);
  whole.byte(section.code).sized(codeSection);
  return whole.finish();
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('compiler bug: the encoder met something it has not seen before');
  return value;
}

function reachable(roots: readonly DefinedFunction[]): {
  /** The locals that each function uses. */
  readonly locals: ReadonlyMap<DefinedFunction, ReadonlySet<Local>>;
  readonly imported: readonly ImportedFunction[];
} {
  const locals = new Map<DefinedFunction, Set<Local>>();
  const imported = new Set<ImportedFunction>();
  const pending: Callee[] = [...roots].reverse();
  for (let callee = pending.pop(); callee !== undefined; callee = pending.pop()) {
    if (callee.kind === 'imported') imported.add(callee);
    else if (!locals.has(callee)) {
      const own = new Set<Local>();
      locals.set(callee, own);
      const callees: Callee[] = [];
      visitFunction(callee, { local: (each) => own.add(each), callee: (each) => callees.push(each) });
      pending.push(...callees.reverse());
    }
  }
  return { locals, imported: [...imported] };
}

interface Visitor {
  readonly local: (local: Local) => void;
  /** Of a local that is given a value, before `local`. */
  readonly assigned?: (local: Local) => void;
  readonly callee: (callee: Callee) => void;
}

function visitFunction({ body, result }: DefinedFunction, visitor: Visitor): void {
  for (const statement of body) visitStatement(statement, visitor);
  if (result !== undefined) visitCode(result, visitor);
}

export function visitStatement(statement: Statement, visitor: Visitor): void {
  switch (statement.kind) {
    case 'set':
      visitor.assigned?.(statement.local);
      visitor.local(statement.local);
      visitCode(statement.value, visitor);
      return;
    case 'store':
      visitCode(statement.address.base, visitor);
      visitCode(statement.value, visitor);
      return;
    case 'call':
      visitor.callee(statement.callee);
      for (const operand of statement.operands) visitCode(operand, visitor);
      return;
    case 'if':
      visitCode(statement.condition, visitor);
      for (const inner of [...statement.then, ...statement.otherwise]) visitStatement(inner, visitor);
      return;
    case 'loop':
      for (const inner of statement.body) visitStatement(inner, visitor);
      visitCode(statement.again, visitor);
      return;
    case 'block':
      for (const inner of statement.body) visitStatement(inner, visitor);
      return;
    case 'leave':
      visitCode(statement.when, visitor);
      return;
    case 'memory':
      for (const operand of statement.operands) visitCode(operand, visitor);
      return;
    default:
      statement satisfies never;
  }
}

function visitCode({ node }: Code, visitor: Visitor): void {
  if (node.kind === 'local') visitor.local(node.local);
  if (node.kind === 'call') visitor.callee(node.callee);
  for (const part of partsOf({ node })) visitCode(part, visitor);
}

/** What a value is computed from, in the order of the stack. */
export function partsOf({ node }: Pick<Code, 'node'>): readonly Code[] {
  switch (node.kind) {
    case 'constant':
    case 'vector':
    case 'wide':
    case 'local':
      return [];
    case 'operation':
    case 'call':
      return node.operands;
    case 'load':
      return [node.address.base];
    case 'load_lane':
      return [node.address.base, node.into];
    case 'extract':
      return [node.from];
    case 'replace':
      return [node.into, node.value];
    case 'shuffle':
      return [node.left, node.right];
    case 'select':
    case 'branch':
      return [node.then, node.otherwise, node.condition];
    default:
      return node satisfies never;
  }
}

class FunctionEncoder {
  private readonly out = new Bytes();
  private readonly locals = new Map<Local, number>();
  /** What `br` counts: the enclosing blocks, loops and branches, innermost last. */
  private readonly labels: (Label | undefined)[] = [];

  constructor(
    private readonly defined: DefinedFunction,
    private readonly used: ReadonlySet<Local>,
    private readonly indexOf: (callee: Callee) => number,
    private readonly products: Products,
  ) {}

  encode(): Bytes {
    const { defined, out } = this;
    for (const parameter of defined.parameters) this.locals.set(parameter, this.locals.size);
    const own = this.findLocals();
    out.unsigned(own.length);
    for (const group of own) {
      out.unsigned(group.length).byte(typeBytes[known(group[0]).type]);
      for (const local of group) this.locals.set(local, this.locals.size);
    }
    this.statements(defined.body);
    const { result } = defined;
    if (result?.type !== defined.signature.result) {
      throw new Error(`compiler bug: ${defined.name} gives ${result?.type ?? 'nothing'}`);
    }
    if (result !== undefined) this.value(result);
    return out.byte(0x0b);
  }

  /** All locals but the parameters, grouped by type. */
  private findLocals(): readonly (readonly Local[])[] {
    const groups = new Map<ValueType, Local[]>();
    for (const each of this.used) {
      if (this.locals.has(each)) continue;
      const group = groups.get(each.type);
      if (group === undefined) groups.set(each.type, [each]);
      else group.push(each);
    }
    return [...groups.values()];
  }

  private statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(statement: Statement): void {
    const { out } = this;
    switch (statement.kind) {
      case 'set':
        this.value(statement.value);
        out.byte(0x21).unsigned(known(this.locals.get(statement.local)));
        return;
      case 'store': {
        const { opcode, bytes } = stores[statement.name];
        this.value(statement.address.base);
        this.value(statement.value);
        this.opcode(opcode);
        this.place(statement.address, bytes);
        return;
      }
      case 'call':
        for (const operand of statement.operands) this.value(operand);
        out.byte(0x10).unsigned(this.indexOf(statement.callee));
        return;
      case 'if':
        this.value(statement.condition);
        out.byte(0x04).byte(empty);
        this.nested(undefined, () => {
          this.statements(statement.then);
          if (statement.otherwise.length === 0) return;
          out.byte(0x05);
          this.statements(statement.otherwise);
        });
        return;
      case 'loop':
        out.byte(0x03).byte(empty);
        this.nested(undefined, () => {
          this.statements(statement.body);
          this.value(statement.again);
          out.byte(0x0d).unsigned(0);
        });
        return;
      case 'block':
        out.byte(0x02).byte(empty);
        this.nested(statement.label, () => this.statements(statement.body));
        return;
      case 'leave': {
        const depth = this.labels.lastIndexOf(statement.label);
        if (depth < 0) throw new Error('compiler bug: a block is left from outside');
        this.value(statement.when);
        out.byte(0x0d).unsigned(this.labels.length - 1 - depth);
        return;
      }
      case 'memory':
        for (const operand of statement.operands) this.value(operand);
        if (statement.name === 'copy') out.byte(0xfc).unsigned(10).byte(0).byte(0);
        else out.byte(0xfc).unsigned(11).byte(0);
        return;
      default:
        statement satisfies never;
    }
  }

  private nested(label: Label | undefined, body: () => void): void {
    this.labels.push(label);
    body();
    this.labels.pop();
    this.out.byte(0x0b);
  }

  private value(code: Code): void {
    const { out } = this;
    const { node } = code;
    if (node.kind === 'branch') {
      this.value(node.condition);
      out.byte(0x04).byte(typeBytes[code.type]);
      this.nested(undefined, () => {
        this.value(node.then);
        out.byte(0x05);
        this.value(node.otherwise);
      });
      return;
    }
    const written = node.kind === 'operation' ? writeProductSum(node.name, this.products) : undefined;
    if (written !== undefined) {
      const [left, right, sum] = partsOf(code);
      this.value(known(left));
      this.value(known(right));
      out.bytes(written.afterFactors);
      this.value(known(sum));
      out.bytes(written.afterSummand);
      return;
    }
    for (const part of partsOf(code)) this.value(part);
    switch (node.kind) {
      case 'constant':
        this.number(code.type, node.value);
        return;
      case 'vector':
        this.opcode(0xfd00c);
        out.bytes(node.bytes);
        return;
      case 'wide':
        out.byte(0x42).signed(BigInt.asIntN(64, node.value));
        return;
      case 'local':
        out.byte(0x20).unsigned(known(this.locals.get(node.local)));
        return;
      case 'operation':
        this.opcode(operations[node.name].opcode);
        return;
      case 'load':
        this.opcode(loads[node.name].opcode);
        this.place(node.address, loads[node.name].bytes);
        return;
      case 'load_lane':
        this.opcode(laneLoads[node.name].opcode);
        this.place(node.address, laneLoads[node.name].bytes);
        out.byte(node.lane);
        return;
      case 'extract':
        this.opcode(extractions[node.name].opcode);
        out.byte(node.lane);
        return;
      case 'replace':
        this.opcode(replacements[node.name].opcode);
        out.byte(node.lane);
        return;
      case 'shuffle':
        this.opcode(0xfd00d);
        out.bytes(node.bytes);
        return;
      case 'call':
        out.byte(0x10).unsigned(this.indexOf(node.callee));
        return;
      case 'select':
        // Vectors need the form with a type.
        if (code.type === 'v128') out.byte(0x1c).unsigned(1).byte(typeBytes.v128);
        else out.byte(0x1b);
        return;
      default:
        node satisfies never;
    }
  }

  private number(type: ValueType, value: number): void {
    const { out } = this;
    if (type === 'i32') out.byte(0x41).word(value);
    else if (type === 'f32') out.byte(0x43).float32(value);
    else if (type === 'f64') out.byte(0x44).float64(value);
    else throw new Error(`compiler bug: no constants of type ${type}`);
  }

  private opcode(opcode: number): void {
    this.out.opcode(opcode);
  }

  /** Alignment and offset. */
  private place({ offset }: Address, bytes: number): void {
    this.out.unsigned(Math.log2(bytes)).unsigned(offset);
  }
}
