/**
 * Finds where a value that is not finite came from: a step is replayed in the interpreter, and of the expressions
 * that gave a NaN or an infinity from finite operands, the first one that reaches the step's results is named. An
 * infinity that goes no further (a masked logit, an empty maximum) is innocent.
 */
import type { Node, Region } from '../ir/graph.js';
import type { ParameterSlot, Phase, Program } from '../ir/program.js';
import type { Tensor } from '../ir/tensor.js';
import { nodesOf } from '../ir/traverse.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { Span } from '../parser/source.js';
import type { Snapshot } from '../runtime/compiled.js';
import type { Host } from '../runtime/host.js';
import type { Divergence } from '../runtime/run.js';
import { refusalOf } from './impossible.js';
import type { Refusal } from './impossible.js';
import { InterpretedProgram } from './interpreted.js';

interface Culprit {
  readonly node: Node;
  readonly value: number;
  /** The operands' values where the result is not finite. */
  readonly operands: readonly number[];
  /** Of a draw whose parameters are impossible: the condition that did not hold. */
  readonly refusal: Refusal | undefined;
}

/**
 * Names the origin of a divergence. `snapshot` is the last finite state, to which the run has gone back, and `raw` the
 * arrays that the program read.
 */
export function traceDivergence(
  program: Program,
  raw: readonly ArrayLike<number>[],
  seed: number,
  snapshot: Snapshot,
  divergence: Divergence,
  host: Host = {},
): Diagnostic {
  if (divergence.failure !== undefined) return hostFailure(program, divergence, divergence.failure);
  const replay = new InterpretedProgram(program, host);
  replay.load(raw);
  replay.initialize(seed);
  replay.startPhase(divergence.phase);
  replay.restoreState(snapshot);
  return explainDivergence(program, replay, divergence);
}

function hostFailure(program: Program, { phase, step, where }: Divergence, failure: string): Diagnostic {
  const slot = program.externs?.find(({ name }) => name === where);
  const about = program.phases[phase];
  const span = slot?.span ?? about?.span;
  if (span === undefined) throw new Error('compiler bug: a function of the host failed in no program');
  return {
    code: 'AM6045',
    severity: 'error',
    message: `${failure}, at step ${step} of \`${about?.title ?? ''}\``,
    span,
    labels: [{ span, message: 'the host supplies it' }],
    notes: [
      'the state before that step is kept',
      'a function of the host is called often, and gives a number at once',
    ],
  };
}

/**
 * `replay` stands before the step that measured the last finite values. Its next step or the one after is the bad
 * one, as the state may have been spoiled by the update before it.
 */
function explainDivergence(program: Program, replay: InterpretedProgram, divergence: Divergence): Diagnostic {
  const phase = program.phases[divergence.phase];
  if (phase === undefined) throw new Error('compiler bug: a phase that is not there diverged');
  for (let step = replay.stepsTaken + 1; step <= divergence.step; step += 1) {
    const culprit = replayStep(replay, phase, divergence.phase);
    if (culprit !== undefined) return describe(program, phase, divergence, step, culprit, replay.parameters);
  }
  return {
    code: 'AM6001',
    severity: 'error',
    message: `\`${divergence.where}\` is not finite at step ${divergence.step}`,
    span: phase.span,
    notes: ['the replay of that step stayed finite, so the expression cannot be named'],
  };
}

function replayStep(replay: InterpretedProgram, phase: Phase, index: number): Culprit | undefined {
  const bad = new Map<Node, { readonly value: Tensor; readonly at: number }>();
  const values = new Map<Node, Tensor>();
  const inner: Culprit[] = [];
  const outermost = new Set(nodesOf(phase.step.region));
  replay.onNode = (node, value) => {
    values.set(node, value);
    const at = value.data.findIndex((element) => !Number.isFinite(element));
    if (at === -1 || node.type.dtype !== 'real') return;
    bad.set(node, { value, at });
    // Nodes of a loop's body are seen turn by turn, so they are judged at once.
    if (!outermost.has(node) && makesIt(node, bad)) inner.push(culpritOf(node, value, at, values));
  };
  replay.step(index);
  replay.onNode = undefined;
  const guilty = reaching(phase.step.region, bad).filter((node) => makesIt(node, bad));
  const first = guilty.sort((a, b) => a.id - b.id)[0];
  if (first === undefined) return undefined;
  const found = bad.get(first);
  const isControl =
    first.operator.kind === 'result' || first.operator.kind === 'loop' || first.operator.kind === 'cond';
  const [innermost] = inner;
  if (isControl && innermost !== undefined) return innermost;
  return found === undefined ? undefined : culpritOf(first, found.value, found.at, values);
}

/** True when a node's value is not finite and all its inputs are. Constants are meant, and parameters come from before. */
function makesIt(node: Node, bad: ReadonlyMap<Node, unknown>): boolean {
  const { kind } = node.operator;
  const isGiven = kind === 'constant' || kind === 'literal' || kind === 'parameter';
  return !isGiven && !node.inputs.some((input) => bad.has(input));
}

/** The bad nodes from which a result is reached through bad nodes only. */
function reaching(region: Region, bad: ReadonlyMap<Node, unknown>): Node[] {
  const seen = new Set<Node>(region.results.filter((result) => bad.has(result)));
  const pending = [...seen];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const input of node.inputs) {
      if (seen.has(input) || !bad.has(input)) continue;
      seen.add(input);
      pending.push(input);
    }
  }
  return [...seen];
}

function culpritOf(node: Node, value: Tensor, at: number, values: ReadonlyMap<Node, Tensor>): Culprit {
  const isElementwise = node.operator.kind === 'elementwise';
  const operands = isElementwise ? node.inputs.map((input) => values.get(input)?.data[at] ?? NaN) : [];
  return { node, value: value.data[at] ?? NaN, operands, refusal: refusalOf(node, values) };
}

function describe(
  program: Program,
  phase: Phase,
  divergence: Divergence,
  step: number,
  culprit: Culprit,
  x: Float64Array,
): Diagnostic {
  const { node, value, operands, refusal } = culprit;
  const operation = node.operator.kind === 'elementwise' ? node.operator.name : node.operator.kind;
  const span: Span = node.span ?? phase.span;
  const known = operands.filter((operand) => Number.isFinite(operand));
  const of = known.length > 0 ? ` of ${known.map((operand) => shortNumber(operand)).join(' and ')}` : '';
  const parameter = program.parameters.find((slot) => spoiled(slot, x));
  if (refusal !== undefined) return describeRefusal(phase, step, span, refusal);
  return {
    code: 'AM6001',
    severity: 'error',
    message: `the run met ${Number.isNaN(value) ? 'a NaN' : 'an infinity'} at step ${step} of \`${phase.title}\``,
    span,
    labels: [{ span, message: `\`${operation}\`${of} is ${shortNumber(value)}` }],
    notes: [
      parameter === undefined
        ? `it reached \`${divergence.where}\` at step ${divergence.step}`
        : `it reached the parameter \`${parameter.name}\``,
      'the last finite state is kept',
      'a smaller step, a guard on the domain, or another start may help',
    ],
  };
}

function describeRefusal(phase: Phase, step: number, span: Span, refusal: Refusal): Diagnostic {
  const { span: condition, compared } = refusal;
  const text = condition?.file.text.slice(condition.start, condition.end);
  const numbers = compared.map(shortNumber).join(' and ');
  return {
    code: 'AM6020',
    severity: 'error',
    message: `a draw has impossible parameters at step ${step} of \`${phase.title}\``,
    span,
    labels: [
      {
        span,
        message: text === undefined ? 'drawn here' : `\`${text}\` does not hold: it compares ${numbers}`,
      },
    ],
    notes: [
      'the last finite state is kept',
      'keep the parameters possible: `exp(s)` is positive, `sigmoid(z)` a probability, `softmax(z)` lies in the simplex',
    ],
  };
}

function spoiled({ offset, size }: ParameterSlot, x: Float64Array): boolean {
  return x.subarray(offset, offset + size).some((value) => !Number.isFinite(value));
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}
