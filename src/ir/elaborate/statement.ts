/**
 * Statements. Updates write cells; a loop becomes one loop node whose carries are exactly the outer cells that its
 * body writes (found by elaborating the body, and again until the set and their mapped axes settle); an `if` elaborates
 * both branches and selects.
 */
import type { TypedStatement, ValueSymbol } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at, range } from '../types.js';
import { asTensor, bindValue } from './call.js';
import { type Context, fail } from './context.js';
import { Cell, Environment } from './environment.js';
import { Frame } from './frame.js';
import { guarded, negated, selectLanes } from './guard.js';
import { updateAt } from './indexing.js';
import { castTo, constant, constantOf, elementwise, expand, tensor } from './tensor.js';
import { type Axis, ownShape, type Tensor, unionAxes, type Value } from './value.js';

type Of<K extends TypedStatement['kind']> = Extract<TypedStatement, { kind: K }>;

export function runStatement(context: Context, statement: TypedStatement): void {
  switch (statement.kind) {
    case 'let':
      bindValue(context, context.environment, statement.symbol, context.expression(statement.value));
      return;
    case 'update':
      update(context, statement);
      return;
    case 'for':
      loop(context, statement);
      return;
    case 'if':
      branch(context, statement);
      return;
    case 'per_tensor':
      context.perTensor(statement.body);
      return;
    case 'state':
      // Bound when the optimizer or aggregator was set up; in a call outside of a `solve` it is as at the first step.
      if (context.environment.find(statement.symbol) === undefined)
        bindValue(context, context.environment, statement.symbol, context.expression(statement.value));
      return;
    case 'assert':
      requireSizes(context, statement);
      return;
    default:
      statement satisfies never;
  }
}

/** In a handler: what it takes for granted about the sizes of the problem. */
function requireSizes(context: Context, { condition, span }: Of<'assert'>): void {
  const known = constantOf(context.tensor(condition));
  if (known !== undefined && known !== 0) return;
  const text = span.file.text.slice(condition.span.start, condition.span.end);
  if (known === undefined) {
    fail('AM5062', span, `whether \`${text}\` is not known before the run`, [
      'An `assert` of a handler compares sizes: `E` equalities, `I` inequalities, `P` parameters.',
    ]);
  }
  fail('AM5060', span, `this problem is not one that the handler treats: it asks for \`${text}\``, [
    '`E` counts the equalities and `I` the inequalities, element by element.',
    'Choose another handler: `augmented_lagrangian()` treats both.',
  ]);
}

function update(context: Context, statement: Of<'update'>): void {
  const cell = context.environment.cell(statement.symbol);
  const old = cell.read();
  const value = context.expression(statement.value);
  if (old.kind !== 'tensor' || value.kind !== 'tensor') {
    context.journal.write(cell, value);
    return;
  }
  const replaced =
    statement.indices.length === 0
      ? withOwnShape(context, castTo(context.frame, value, old.node.type.dtype), old)
      : updateAt(context, old, statement.indices, value);
  const written = cell.changed === undefined ? replaced : stopped(context, replaced);
  context.journal.write(cell, marked(context, statement.symbol, written));
}

/** A scalar written to an array fills it. */
function withOwnShape(context: Context, value: Tensor, like: Tensor): Tensor {
  const node = expand(context.frame, value, value.axes, ownShape(like));
  return node === value.node ? value : tensor(context.frame, node, value.axes);
}

function stopped({ frame }: Context, value: Tensor): Tensor {
  return tensor(frame, frame.builder.stopGradient(frame.read(value)), value.axes);
}

function marked(context: Context, symbol: ValueSymbol, value: Tensor): Tensor {
  if (!context.targets.has(symbol)) return value;
  return { ...value, node: context.frame.mark(context.frame.read(value), symbol.name), frame: context.frame };
}

// ---------------------------------------------------------------------------------------------------- branches

function branch(context: Context, statement: Of<'if'>): void {
  const condition = asTensor(context.expression(statement.condition));
  const known = constantOf(condition);
  if (known !== undefined) {
    inner(context, known === 0 ? statement.otherwise : statement.then);
    return;
  }
  const then = tryBranch(context, condition, statement.then);
  const otherwise = tryBranch(context, negated(context, condition), statement.otherwise);
  for (const cell of new Set([...then.keys(), ...otherwise.keys()])) {
    const before = cell.read();
    const left = then.get(cell) ?? before;
    const right = otherwise.get(cell) ?? before;
    if (left.kind !== 'tensor' || right.kind !== 'tensor') {
      throw new Error(`compiler bug: a condition chooses ${cell.name}, which is no array`);
    }
    context.journal.write(cell, selectLanes(context, condition, left, right));
  }
}

/** The values that the branch gives to outer cells, which keep their own. */
function tryBranch(context: Context, condition: Tensor, body: readonly TypedStatement[]): Map<Cell, Value> {
  const birth = Cell.count;
  const before = context.journal.record(() => {
    guarded(context, condition, () => {
      inner(context, body);
    });
  });
  const after = new Map<Cell, Value>();
  for (const [cell, value] of before) {
    if (cell.birth <= birth) after.set(cell, cell.read());
    cell.set(value);
  }
  return after;
}

function inner(context: Context, body: readonly TypedStatement[]): void {
  context.within(new Environment(context.environment), () => {
    context.statements(body);
  });
}

// ------------------------------------------------------------------------------------------------------- loops

interface Carry {
  readonly cell: Cell;
  readonly initial: Tensor;
  readonly axes: readonly Axis[];
}

interface Attempt {
  readonly frame: Frame;
  readonly lead: readonly Node[];
  readonly written: ReadonlyMap<Cell, Value>;
  readonly condition: Tensor | undefined;
}

function loop(context: Context, statement: Of<'for'>): void {
  const bound = (which: 'from' | 'to'): number => {
    const value = constantOf(castTo(context.frame, asTensor(context.expression(statement[which])), 'int'));
    if (value === undefined)
      throw new Error('compiler bug: a loop whose bounds are not known before the run');
    return value;
  };
  const from = bound('from');
  const turns = bound('to') - from + 1;
  if (turns <= 0) return;
  if (statement.symbol.dimension !== undefined && context.needsStatic(statement)) {
    unrolled(context, statement, from, turns);
    return;
  }
  let carries: readonly Carry[] = [];
  for (;;) {
    const attempt = tryBody(context, statement, from, carries);
    const wider = widened(carries, attempt);
    if (wider === undefined) {
      finish(context, statement, turns, carries, attempt);
      return;
    }
    carries = wider;
  }
}

function unrolled(context: Context, statement: Of<'for'>, from: number, turns: number): void {
  for (const turn of range(turns, from)) {
    const environment = new Environment(context.environment);
    bindValue(context, environment, statement.symbol, constant(context.frame, turn, 'int'));
    context.within(environment, () => {
      inner(context, statement.body);
    });
  }
}

/** Elaborates condition and body in a frame of their own; outer cells come back unchanged. */
function tryBody(context: Context, statement: Of<'for'>, from: number, carries: readonly Carry[]): Attempt {
  const birth = Cell.count;
  const outerFrame = context.frame;
  const frame = new Frame(outerFrame);
  const turn = frame.builder.parameter({ dtype: 'int', shape: [] }, statement.symbol.name);
  const parameters = carries.map(({ cell, initial, axes }) => {
    const shape = [...axes.map((axis) => axis.size), ...ownShape(initial)];
    return frame.builder.parameter({ dtype: initial.node.type.dtype, shape }, cell.name);
  });
  const saved = carries.map(({ cell }) => cell.read());
  let condition: Tensor | undefined;
  context.frame = frame;
  const before = context.journal.record(() => {
    carries.forEach(({ cell, axes }, index) => {
      cell.set(tensor(frame, at(parameters, index), axes));
    });
    const environment = new Environment(context.environment);
    const offset = frame.builder.constant(from, 'int');
    bindValue(
      context,
      environment,
      statement.symbol,
      tensor(frame, frame.builder.binary('add', turn, offset)),
    );
    context.within(environment, () => {
      if (statement.condition !== undefined) condition = asTensor(context.expression(statement.condition));
      const run = (): void => {
        inner(context, statement.body);
      };
      if (condition === undefined || condition.axes.length === 0) run();
      else guarded(context, condition, run);
    });
  });
  context.frame = outerFrame;
  const written = new Map<Cell, Value>();
  for (const [cell, value] of before) {
    if (cell.birth <= birth) written.set(cell, cell.read());
    cell.set(value);
  }
  carries.forEach(({ cell }, index) => {
    if (!written.has(cell)) written.set(cell, cell.read());
    cell.set(at(saved, index));
  });
  return { frame, lead: [turn, ...parameters], written, condition };
}

/** The carries for another attempt, or undefined when these were right. */
function widened(carries: readonly Carry[], attempt: Attempt): readonly Carry[] | undefined {
  let changed = false;
  const lanes = attempt.condition?.axes ?? [];
  const wider = [...attempt.written].map(([cell, value]): Carry => {
    const known = carries.find((carry) => carry.cell === cell);
    const initial = known?.initial ?? cell.read();
    if (value.kind !== 'tensor' || initial.kind !== 'tensor') {
      throw new Error(`compiler bug: a loop changes ${cell.name}, which is no array`);
    }
    const axes = unionAxes([known?.axes ?? initial.axes, value.axes, lanes]);
    if (known === undefined || axes.length > known.axes.length) changed = true;
    return { cell, initial, axes };
  });
  return changed ? wider : undefined;
}

function finish(
  context: Context,
  statement: Of<'for'>,
  turns: number,
  carries: readonly Carry[],
  attempt: Attempt,
): void {
  const { frame } = attempt;
  const lanes =
    attempt.condition !== undefined && attempt.condition.axes.length > 0 ? attempt.condition : undefined;
  const results = carries.map(({ cell, initial, axes }, index) => {
    const value = attempt.written.get(cell);
    if (value?.kind !== 'tensor') throw new Error('compiler bug: a carry that the loop does not write');
    const typed = castTo(frame, value, initial.node.type.dtype);
    if (lanes === undefined) return expand(frame, typed, axes, ownShape(initial));
    // A lane whose condition is false keeps its value while others go on.
    const old = tensor(frame, at(attempt.lead, index + 1), axes);
    return expand(frame, elementwise(frame, 'select', [lanes, typed, old]), axes, ownShape(initial));
  });
  const test = attempt.condition === undefined ? undefined : anyLane(frame, attempt.condition);
  const { body, condition, captured } = closeLoop(frame, attempt.lead, results, test);
  const { builder } = context.frame;
  const made = builder.withSpan(statement.span, undefined, () =>
    builder.loop({
      max: turns,
      carries: carries.map(({ initial, axes }) => expand(context.frame, initial, axes, ownShape(initial))),
      invariants: captured,
      body,
      condition,
    }),
  );
  carries.forEach(({ cell, axes }, index) => {
    context.journal.write(cell, tensor(context.frame, at(made, index), axes));
  });
}

function anyLane(frame: Frame, condition: Tensor): Node {
  return frame.builder.reduceAll('or', frame.read(condition));
}

/**
 * Body and condition with the same parameters: the loop's own, then everything captured. The condition is a region
 * of its own, of the carries at the turn's start.
 */
function closeLoop(frame: Frame, lead: readonly Node[], results: readonly Node[], test: Node | undefined) {
  const { outer, inner: parameters } = frame.captured();
  const body = frame.close([...lead, ...parameters], results);
  const condition: Region | undefined =
    test === undefined ? undefined : copied(frame.close([...lead, ...parameters], [test]));
  return { body, condition, captured: outer };
}

/** With parameters and nodes of its own, as every region has. */
function copied(region: Region): Region {
  const builder = new GraphBuilder();
  const parameters = region.parameters.map((parameter) =>
    builder.parameter(
      parameter.type,
      parameter.operator.kind === 'parameter' ? parameter.operator.name : 'p',
    ),
  );
  return builder.region(parameters, builder.inline(region, parameters));
}
