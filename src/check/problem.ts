/** Puts a file together: every declaration is resolved and checked, and becomes part of the typed problem. */
import type {
  Declaration,
  Identifier,
  ObjectiveDeclaration,
  ParamDeclaration,
  ReportDeclaration,
  SolveDeclaration,
  TestDeclaration,
  UsingClause,
} from '../parser/ast.js';
import {
  checkAggregation,
  checkAggregatorSignature,
  checkNumberOfObjectives,
  chosenObjectives,
} from './aggregators.js';
import { checkBlackBoxes, externsOf } from './black_boxes.js';
import { checkCarried } from './carried.js';
import { checkConstraint, checkHandler, objectivesOrFeasibility } from './constraints.js';
import type { Context } from './context.js';
import { topContext } from './context.js';
import { fit, isError, toReal } from './convert.js';
import { checkData } from './data.js';
import { resolveDeclared } from './declarations.js';
import { checkDistributionDefinition } from './distributions.js';
import { drawReadBy } from './draws.js';
import type { Entity, FileScope } from './entities.js';
import { checkExpression } from './expression.js';
import { carriedByFront, checkFront, checkFrontOf, declareFront } from './fronts.js';
import { functionSignature, typedFunction } from './functions.js';
import { checkGroups, checkOver, isWrong } from './games.js';
import { lengthsOf } from './history.js';
import { importedFile } from './imports.js';
import { levelOf, parameterIn } from './levels.js';
import { keepInSet } from './membership.js';
import { checkModuleAlone } from './module_alone.js';
import { refuseNestedClauses } from './nested_clauses.js';
import { typedOptimizer, typedSchedule } from './optimizers.js';
import { checkStart } from './parameters.js';
import { phasesOf } from './phases.js';
import { withPossibleDraws } from './possible.js';
import { printType } from './print_type.js';
import { checkProcesses } from './processes.js';
import { checkProperties } from './properties.js';
import { checkRows } from './rows.js';
import { freshSymbol } from './session.js';
import type { Session } from './session.js';
import { checkSetNeeds } from './set_needs.js';
import { checkSetDefinition } from './sets.js';
import { bodyContext, checkStatements } from './statements.js';
import { didYouMean } from '../parser/suggest.js';
import { intScalar, isScalar, realScalar } from './type_facts.js';
import type {
  SizeCheck,
  TypedData,
  TypedExpression,
  TypedObjective,
  TypedParameter,
  TypedProblem,
  TypedReport,
  TypedSolve,
  TypedTest,
} from './typed.js';

export function checkProblem(
  session: Session,
  file: FileScope,
  declarations: readonly Declaration[],
): TypedProblem {
  for (const declaration of declarations) {
    if (declaration.kind !== 'let' || declaration.split === undefined) continue;
    for (const binding of declaration.bindings) session.splitOf.set(binding, declaration.split.name);
  }
  declareFront(session, file, declarations, chosenObjectives);
  // Before the rest, which is to know which columns change with snapshots.
  const data = declarations.flatMap((declaration) =>
    declaration.kind === 'data' ? [checkData(session, file, declaration)] : [],
  );
  resolveEverything(session, file, declarations);
  const splits = splitNames(data);
  const parameters = declarations.flatMap((declaration) => parametersOf(session, file, declaration));
  const until = untilSymbols(file);
  const objectives = collect(declarations, 'objective', (each) =>
    checkObjective(session, file, each, splits, parameters),
  );
  const constraints = collect(declarations, 'constraint', (each) =>
    checkConstraint(topContext(session, file, 'problem'), each),
  );
  const solves = collect(declarations, 'solve', (each) =>
    checkSolve(session, file, each, until, declarations, objectives, parameters),
  );
  const processes = checkProcesses(session, file, declarations, until);
  session.phaseLengths = lengthsOf(session, phasesOf({ solves, processes }));
  const reports = collect(declarations, 'report', (each) => checkReport(session, file, each, splits));
  const tests = collect(declarations, 'test', (each) => checkTest(session, file, each));
  for (const declaration of declarations) {
    if (declaration.kind === 'let') checkSplit(session, declaration.split, splits);
  }
  checkLabels(session, declarations);
  checkTargets(session, declarations);
  const parts: Omit<TypedProblem, 'externs'> = {
    path: file.source.path,
    precision: precisionOf(declarations),
    dimensions: dimensionsOf(session, file),
    hypers: declarations.flatMap((declaration) => {
      const hyper = declaration.kind === 'hyper' ? session.hypers.get(declaration) : undefined;
      return hyper === undefined ? [] : [hyper];
    }),
    data,
    parameters,
    mapped: session.mapped,
    lets: [
      ...session.mapped.map(({ symbol, value }) => ({ symbol, value, split: undefined })),
      ...session.lets,
    ],
    carried: [...checkCarried(session, file, declarations), ...carriedByFront(session)],
    objectives: objectivesOrFeasibility(declarations, objectives),
    constraints,
    solves,
    processes,
    reports,
    tests,
    properties: checkProperties(session, file, declarations),
    sizeChecks: withoutRepeats(session.sizeChecks),
    until,
  };
  const problem: TypedProblem = { ...parts, externs: declaresExtern(session) ? externsOf(parts) : [] };
  checkRows(session, problem);
  checkFrontOf(session, problem);
  checkBlackBoxes(session, problem);
  checkSetNeeds(session, problem);
  return problem;
}

/** Whether a file of the program, as opposed to the library, declares an `extern fn`. */
function declaresExtern({ files }: Session): boolean {
  return [...files.values()].some(
    ({ role, declared }) =>
      role !== 'library' &&
      [...declared.values()].some(
        ({ declaration }) => declaration.kind === 'fn' && declaration.extern === true,
      ),
  );
}

function withoutRepeats(checks: readonly SizeCheck[]): readonly SizeCheck[] {
  const byKey = new Map(checks.map((check) => [`${check.left.key} ${check.right.key}`, check]));
  return [...byKey.values()];
}

function collect<Kind extends Declaration['kind'], Result>(
  declarations: readonly Declaration[],
  kind: Kind,
  check: (declaration: Extract<Declaration, { kind: Kind }>) => Result | undefined,
): Result[] {
  return declarations.flatMap((declaration) => {
    if (declaration.kind !== kind) return [];
    const result = check(declaration as Extract<Declaration, { kind: Kind }>);
    return result === undefined ? [] : [result];
  });
}

/** Every name, so that what nothing uses is checked too. */
function resolveEverything(session: Session, file: FileScope, declarations: readonly Declaration[]): void {
  for (const declaration of declarations) {
    if (declaration.kind === 'import') importedFile(session, file, declaration);
  }
  const wanted = new Set(declarations);
  const entities = [...file.declared.values()]
    .filter(({ declaration }) => wanted.has(declaration))
    .map((declared) => resolveDeclared(session, file, declared));
  for (const entity of entities) checkDefinition(session, entity);
}

function checkDefinition(session: Session, entity: Entity): void {
  switch (entity.kind) {
    case 'function':
      functionSignature(session, entity.definition);
      checkAggregatorSignature(session, entity.definition);
      typedFunction(session, entity.definition);
      break;
    case 'optimizer':
      typedOptimizer(session, entity.definition);
      break;
    case 'schedule':
      typedSchedule(session, entity.definition);
      break;
    case 'set':
      checkSetDefinition(session, entity.definition);
      break;
    case 'distribution':
      checkDistributionDefinition(session, entity.definition);
      break;
    case 'module':
      checkModuleAlone(session, entity.definition);
      break;
    default:
  }
}

function dimensionsOf(session: Session, file: FileScope): TypedProblem['dimensions'] {
  const bound = [...file.dimensions.values()].map((symbol) => ({ symbol, value: undefined }));
  return [...bound, ...session.dimensions];
}

function precisionOf(declarations: readonly Declaration[]): 'f64' | 'f32' {
  let precision: 'f64' | 'f32' = 'f64';
  for (const declaration of declarations) {
    if (declaration.kind !== 'precision') continue;
    const { name } = declaration.precision;
    if (name === 'f64' || name === 'f32') precision = name;
  }
  return precision;
}

// ------------------------------------------------------------------------------------------------ parameters

function parametersOf(
  session: Session,
  file: FileScope,
  declaration: Declaration,
): readonly TypedParameter[] {
  if (declaration.kind === 'model') return session.parameters.get(declaration) ?? [];
  if (declaration.kind !== 'param') return [];
  const parameter = checkParameter(session, file, declaration);
  return parameter === undefined ? [] : [parameter];
}

function checkParameter(
  session: Session,
  file: FileScope,
  declaration: ParamDeclaration,
): TypedParameter | undefined {
  const { name } = declaration;
  const declared = file.declared.get(name.name);
  if (declared?.declaration !== declaration) return undefined;
  const entity = resolveDeclared(session, file, declared);
  const context = topContext(session, file, 'start');
  const type = entity.kind === 'value' ? entity.symbol.type : undefined;
  const start = checkStart(context, declaration, type ?? { kind: 'error' });
  if (entity.kind !== 'value' || start === undefined) return undefined;
  if (levelOf(session, start) === 'parameter') {
    const other = parameterIn(session, start);
    session.error(
      'AM2503',
      declaration.value?.span ?? name.span,
      'a start is computed once, before parameters have values',
      {
        notes: [
          other === undefined
            ? 'this depends on a parameter'
            : `this depends on the parameter \`${other.name}\``,
        ],
      },
    );
  }
  const kept = keepInSet(topContext(session, file, 'problem'), declaration, entity.symbol, start);
  const { symbol, membership, mapped } = kept;
  if (mapped !== undefined) session.mapped.push({ ...mapped, path: name.name });
  return { symbol, path: name.name, start: kept.start, membership, doc: declaration.doc };
}

// ------------------------------------------------------------------------------------------ splits and goals

function splitNames(data: readonly TypedData[]): readonly string[] {
  return [...new Set(data.flatMap(({ splits }) => splits.map(({ name }) => name)))];
}

function checkSplit(
  session: Session,
  split: Identifier | undefined,
  known: readonly string[],
): string | undefined {
  if (split === undefined) return undefined;
  if (known.includes(split.name) || (known.length === 0 && split.name === 'train')) return split.name;
  session.error('AM2506', split.span, `no data is split into \`${split.name}\``, {
    notes:
      known.length === 0
        ? ['a split stands at the data: `data "file.csv" split train 80%, test 20% { ... }`']
        : [...didYouMean(split.name, known), `the splits are ${known.join(', ')}`],
  });
  return undefined;
}

function checkObjective(
  session: Session,
  file: FileScope,
  declaration: ObjectiveDeclaration,
  splits: readonly string[],
  parameters: readonly TypedParameter[],
): TypedObjective | undefined {
  const context = topContext(session, file, 'problem');
  const over = checkOver(context, declaration.over, parameters);
  const split = checkSplit(session, declaration.split, splits);
  const typed = checkExpression(context, declaration.value);
  if (isError(typed) || isWrong(declaration.over, over)) return undefined;
  const scalar = typed.type.kind === 'array' && isScalar(typed.type.shape);
  const value = scalar ? fit(context, typed, realScalar, 'an objective') : typed;
  if (!scalar) {
    const { start, end, file: source } = declaration.value.span;
    const text = source.text.slice(start, end);
    session.error(
      'AM2606',
      declaration.value.span,
      `an objective is one number, and this is ${printType(typed.type)}`,
      {
        notes: ['reduce it by `mean(...)` or `sum(...)`'],
        fixes: [
          { title: 'write `mean(...)`', edits: [{ span: declaration.value.span, newText: `mean(${text})` }] },
        ],
      },
    );
    return undefined;
  }
  if (isError(value)) return undefined;
  return {
    label: declaration.label?.name,
    sense: declaration.sense,
    value: withPossibleDraws(session, toReal(value)),
    over,
    split,
    span: declaration.span,
  };
}

function checkReport(
  session: Session,
  file: FileScope,
  declaration: ReportDeclaration,
  splits: readonly string[],
): TypedReport | undefined {
  const split = checkSplit(session, declaration.split, splits);
  const typed = checkExpression(topContext(session, file, 'report'), declaration.value);
  if (isError(typed)) return undefined;
  if (typed.type.kind !== 'array') {
    session.error(
      'AM2606',
      declaration.value.span,
      `a report is a number or an array, and this is ${printType(typed.type)}`,
    );
    return undefined;
  }
  const context = topContext(session, file, 'problem');
  const samples = declaration.samples && integer(context, declaration.samples, 'a number of samples');
  const drawn = drawReadBy(session, typed);
  if (drawn === undefined && declaration.samples !== undefined) {
    session.error('AM2675', declaration.samples.span, 'nothing that this report reads is drawn', {
      notes: ['`samples = n` is the mean over n draws; leave it out'],
    });
  }
  if (drawn !== undefined && declaration.samples === undefined) {
    session.error('AM2508', declaration.value.span, 'a report reads a draw, which only steps make', {
      labels: [{ span: drawn.span, message: `\`${drawn.path ?? ''}\` is drawn here, anew at every step` }],
      notes: [
        'write `samples = 100` behind the report for the mean over 100 fresh draws',
        'or draw in a branch of `if training() then ... else ...`',
      ],
    });
    return undefined;
  }
  const { name, doc, span } = declaration;
  return { name: name.name, value: typed, split, samples, doc, span };
}

function checkTest(session: Session, file: FileScope, declaration: TestDeclaration): TypedTest {
  const { statements } = declaration.body;
  const context = bodyContext(topContext(session, file, 'test'), statements);
  return { name: declaration.name, statements: testStatements(context, statements), span: declaration.span };
}

function testStatements(
  context: Context,
  statements: TestDeclaration['body']['statements'],
): TypedTest['statements'] {
  const { session } = context;
  for (;;) {
    const restore = session.mark();
    const widened = session.widened.size;
    const typed = checkStatements({ ...context, scope: bodyContext(context, []).scope }, statements);
    if (session.widened.size === widened) return typed;
    restore();
  }
}

// ----------------------------------------------------------------------------------------------------- solve

export function untilSymbols(file: FileScope): TypedProblem['until'] {
  const span = { file: file.source, start: 0, end: 0 };
  return {
    gradNorm: freshSymbol('grad_norm', 'implicit', realScalar, span),
    value: freshSymbol('value', 'implicit', realScalar, span),
    step: freshSymbol('step', 'implicit', intScalar, span),
    kkt: freshSymbol('kkt', 'implicit', realScalar, span),
  };
}

function checkSolve(
  session: Session,
  file: FileScope,
  declaration: SolveDeclaration,
  until: TypedProblem['until'],
  declarations: readonly Declaration[],
  objectives: readonly TypedObjective[],
  parameters: readonly TypedParameter[],
): TypedSolve | undefined {
  const context = topContext(session, file, 'problem');
  refuseNestedClauses(session, declaration);
  const chosen = chosenObjectives(
    declaration,
    declarations.filter((each) => each.kind === 'objective'),
  );
  const groups = checkGroups(context, declaration, {
    objectives: objectives.flatMap((objective, index) =>
      chosen.some(({ span }) => span === objective.span) ? [{ objective, index }] : [],
    ),
    parameters,
    integer: (expression, what) => integer(context, expression, what),
  });
  const optimizer = groups?.groups[0]?.optimizer;
  const handler = checkHandler(context, declaration, declarations, optimizer);
  const aggregation =
    declaration.aggregator &&
    checkAggregation(
      context,
      declaration.aggregator,
      chosen.length,
      declaration.front === undefined ? undefined : session.front?.preference,
    );
  const size = declaration.batch && integer(context, declaration.batch.size, 'a batch size');
  const count =
    declaration.length &&
    integer(context, declaration.length.count, `the number of ${declaration.length.unit}`);
  const seed = declaration.seed && integer(context, declaration.seed, 'a seed');
  const condition = declaration.until && checkUntil(context, declaration.until, until);
  if (groups === undefined || optimizer === undefined) return undefined;
  return {
    labels: declaration.labels.map(({ name }) => name),
    front: checkFront(session, declaration),
    optimizer,
    ...groups,
    aggregation,
    handler,
    title:
      declaration.using.map((clause) => usingText(clause, declaration.using.length > 1)).join(', ') +
      (aggregation === undefined ? '' : ` on ${aggregation.title}`),
    batch:
      declaration.batch === undefined || size === undefined
        ? undefined
        : { size, inOrder: declaration.batch.inOrder, span: declaration.batch.span },
    length:
      declaration.length === undefined || count === undefined
        ? undefined
        : { count, unit: declaration.length.unit },
    until: condition,
    seed,
    span: declaration.span,
  };
}

/** `adam(1e-3)`, or of several `adam(1e-3) over net`. */
function usingText({ optimizer, span }: UsingClause, ofSeveral: boolean): string {
  const { file, start, end } = ofSeveral ? { ...span, start: optimizer.span.start } : optimizer.span;
  return file.text.slice(start, end).replace(/\s+/g, ' ');
}

export function integer(
  context: Context,
  expression: SolveDeclaration['optimizer'],
  what: string,
): TypedExpression | undefined {
  const typed = checkExpression(context, expression);
  if (isError(typed)) return undefined;
  const fitted = fit(context, typed, intScalar, what);
  if (isError(fitted)) return undefined;
  if (levelOf(context.session, fitted) === 'constant') return fitted;
  context.session.error('AM2503', expression.span, `${what} is known before data and parameters`);
  return undefined;
}

export function checkUntil(
  context: Context,
  expression: SolveDeclaration['optimizer'],
  until: TypedProblem['until'],
): TypedExpression | undefined {
  const inner = bodyContext(context, []);
  inner.scope.names.set('grad_norm', { kind: 'value', symbol: until.gradNorm });
  inner.scope.names.set('value', { kind: 'value', symbol: until.value });
  inner.scope.names.set('step', { kind: 'value', symbol: until.step });
  inner.scope.names.set('kkt', { kind: 'value', symbol: until.kkt });
  const typed = checkExpression(inner, expression);
  if (isError(typed)) return undefined;
  const { type } = typed;
  if (type.kind === 'array' && type.element.kind === 'bool' && isScalar(type.shape)) return typed;
  context.session.error(
    'AM2609',
    expression.span,
    `\`until\` takes one truth value, and this is ${printType(type)}`,
    {
      notes: ['compare grad_norm, value or step: `until grad_norm < 1e-8`'],
    },
  );
  return undefined;
}

/** Reports, and objectives with labels, are told apart by their names. */
function checkLabels(session: Session, declarations: readonly Declaration[]): void {
  const seen = new Map<string, Identifier>();
  for (const declaration of declarations) {
    const label =
      declaration.kind === 'report'
        ? declaration.name
        : declaration.kind === 'objective'
          ? declaration.label
          : declaration.kind === 'constraint'
            ? declaration.label
            : undefined;
    if (label === undefined) continue;
    const key = `${declaration.kind} ${label.name}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, label);
    else {
      session.error('AM2002', label.span, `two ${declaration.kind}s are called \`${label.name}\``, {
        labels: [{ span: first.span, message: 'the first one here' }],
      });
    }
  }
}

/** Every `solve` has one objective. */
function checkTargets(session: Session, declarations: readonly Declaration[]): void {
  const declared = declarations.filter((declaration) => declaration.kind === 'objective');
  const labels = declared.flatMap(({ label }) => (label === undefined ? [] : [label.name]));
  for (const declaration of declarations) {
    if (declaration.kind !== 'solve') continue;
    const unknown = declaration.labels.filter(({ name }) => !labels.includes(name));
    for (const { name, span } of unknown) {
      session.error('AM2608', span, `no objective is called \`${name}\``, {
        notes: [
          ...didYouMean(name, labels),
          labels.length === 0
            ? 'a label stands before the value: `minimize loss: mean(...)`'
            : `the objectives are ${labels.join(', ')}`,
        ],
      });
    }
    if (declared.length === 0) {
      // Constraints alone ask for any point that satisfies them.
      if (declarations.some(({ kind }) => kind === 'constraint')) continue;
      session.error('AM2608', declaration.span, 'there is nothing to solve', {
        notes: ['an objective is declared by `minimize` or `maximize`'],
      });
    } else checkNumberOfObjectives(session, declaration, declared);
  }
}
