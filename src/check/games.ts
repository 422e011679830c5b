/**
 * Which variables an objective chooses and which ones an optimizer moves. Objectives `over` different variables are
 * players of a game: each variable belongs to one of them, and moves along that player's own gradient. Several
 * optimizers `over` different variables share the work, whether they serve one objective or one player each.
 */
import type { Expression, Identifier, SolveDeclaration, UsingClause } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import type { ModelValue } from './entities.js';
import { describe, lookup, noteUse, unknownName } from './names.js';
import { checkSolver } from './optimizers.js';
import type {
  TypedExpression,
  TypedGroup,
  TypedObjective,
  TypedParameter,
  TypedPlayer,
  TypedSolve,
  TypedVariables,
  ValueSymbol,
} from './typed.js';

type Variables = ReadonlySet<ValueSymbol>;

// ------------------------------------------------------------------------------------------- names after `over`

/** The parameters that names after `over` stand for; undefined without `over`. What is wrong is left out, see `isWrong`. */
export function checkOver(
  context: Context,
  names: readonly Identifier[] | undefined,
  parameters: readonly TypedParameter[],
): readonly TypedVariables[] | undefined {
  if (names === undefined) return undefined;
  const { session } = context;
  const found = names.flatMap((name) => variablesNamed(context, name, parameters));
  const first = new Map<ValueSymbol, Span>();
  for (const { name, symbols, span } of found) {
    const earlier = symbols.map((symbol) => first.get(symbol)).find((each) => each !== undefined);
    if (earlier !== undefined) {
      session.error('AM2651', span, `\`${name}\` is claimed twice`, {
        labels: [{ span: earlier, message: 'here already' }],
      });
    }
    for (const symbol of symbols) first.set(symbol, span);
  }
  return found;
}

/** Whether a name after `over` got a diagnostic. */
export function isWrong(
  names: readonly Identifier[] | undefined,
  over: readonly TypedVariables[] | undefined,
): boolean {
  return (over?.length ?? 0) < (names?.length ?? 0);
}

function variablesNamed(
  context: Context,
  { name, span }: Identifier,
  parameters: readonly TypedParameter[],
): readonly TypedVariables[] {
  const { session } = context;
  const entity = lookup(context, name);
  if (entity === undefined) {
    unknownName(context, name, span);
    return [];
  }
  noteUse(session, span, name, entity);
  if (entity.kind === 'error') return [];
  const named: readonly ValueSymbol[] =
    entity.kind === 'value' ? [entity.symbol] : entity.kind === 'model' ? symbolsOf(entity.value) : [];
  const symbols = named.filter((symbol) => parameters.some((parameter) => parameter.symbol === symbol));
  if (symbols.length > 0) return [{ name, symbols, span }];
  const owners = [...new Set(parameters.map(({ path }) => path.split(/[.[]/)[0] ?? path))];
  const what =
    entity.kind === 'model' ? 'a model without parameters of its own to optimize' : describe(entity);
  session.error('AM2650', span, `\`${name}\` is ${what}, not a variable`, {
    notes: [
      '`over` takes parameters and models: `minimize f over w, net`',
      ...(owners.length === 0 ? [] : [`the variables are ${owners.join(', ')}`]),
    ],
  });
  return [];
}

function symbolsOf(value: ModelValue): readonly ValueSymbol[] {
  return value.kind === 'list'
    ? value.elements.flatMap(symbolsOf)
    : value.parameters.map(({ symbol }) => symbol);
}

// ------------------------------------------------------------------------------------------------------ solves

interface Choice {
  /** The chosen objectives, by their place in the problem. */
  readonly objectives: readonly { readonly objective: TypedObjective; readonly index: number }[];
  readonly parameters: readonly TypedParameter[];
  readonly integer: (expression: Expression, what: string) => TypedExpression | undefined;
}

/** Whether some of the objectives that a `solve` chooses say what they are over. */
export function isGame(chosen: readonly { readonly over: readonly unknown[] | undefined }[]): boolean {
  return chosen.length > 1 && chosen.some(({ over }) => over !== undefined);
}

/** Optimizers with what they move, and the players if it is a game; undefined after an error. */
export function checkGroups(
  context: Context,
  declaration: SolveDeclaration,
  choice: Choice,
): Pick<TypedSolve, 'groups' | 'players' | 'alternates'> | undefined {
  const { objectives } = choice;
  const game = declaration.aggregator === undefined && isGame(objectives.map(({ objective }) => objective));
  const players = game ? playersOf(context, declaration, choice) : undefined;
  if (game && players === undefined) return undefined;
  const claimed =
    players === undefined
      ? commonVariables(context, declaration, choice)
      : new Set(players.flatMap(({ variables }) => [...variables]));
  if (claimed === undefined) return undefined;
  const groups = groupsOf(context, declaration, choice, claimed);
  if (groups === undefined) return undefined;
  if (players !== undefined) reportIdlePlayers(context, declaration, choice, players, groups);
  const alternates =
    declaration.order === undefined
      ? players !== undefined && groups.length > 1
      : declaration.order.kind === 'alternating';
  checkOrder(context, declaration, alternates);
  checkWithoutHandler(context, declaration, players);
  return { groups, players, alternates };
}

function variablesOf(over: readonly TypedVariables[]): Variables {
  return new Set(over.flatMap(({ symbols }) => symbols));
}

function playersOf(
  context: Context,
  { span }: SolveDeclaration,
  { objectives, parameters }: Choice,
): readonly TypedPlayer[] | undefined {
  const { session } = context;
  const claims = new Map<ValueSymbol, { readonly by: TypedObjective; readonly span: Span }>();
  let clashes = 0;
  for (const { objective } of objectives) {
    for (const { name, symbols, span } of objective.over ?? []) {
      const earlier = symbols.map((symbol) => claims.get(symbol)).find((each) => each !== undefined);
      if (earlier !== undefined && earlier.by !== objective) {
        clashes += 1;
        session.error('AM2651', span, `\`${name}\` is claimed by two objectives of one \`solve\``, {
          labels: [{ span: earlier.span, message: 'the first one here' }],
          notes: [
            'in a game every variable belongs to one player',
            'objectives over the same variables are aggregated: `solve using adam(1e-3) on upgrad`',
          ],
        });
      }
      for (const symbol of symbols) claims.set(symbol, { by: objective, span });
    }
  }
  const rest = parameters.filter(({ symbol }) => !claims.has(symbol));
  const without = objectives.filter(({ objective }) => objective.over === undefined);
  const [only, second] = without;
  const unclear = second ?? (rest.length === 0 ? only : undefined);
  if (unclear !== undefined) {
    session.error('AM2652', unclear.objective.span, 'which variables is this objective over?', {
      labels: [{ span, message: 'this `solve` chooses several objectives' }],
      notes: [
        second === undefined
          ? 'the other objectives claim all variables'
          : 'only one objective may leave out `over`; it gets the variables that no other claims',
      ],
    });
    return undefined;
  }
  if (clashes > 0) return undefined;
  return objectives.map(({ objective, index }) => ({
    objective: index,
    variables:
      objective.over === undefined ? new Set(rest.map(({ symbol }) => symbol)) : variablesOf(objective.over),
  }));
}

/** What one objective, or several that are aggregated, are over. */
function commonVariables(
  { session }: Context,
  { aggregator }: SolveDeclaration,
  { objectives, parameters }: Choice,
): Variables | undefined {
  const all: Variables = new Set(parameters.map(({ symbol }) => symbol));
  const each = objectives.map(({ objective }) =>
    objective.over === undefined ? all : variablesOf(objective.over),
  );
  const [first] = each;
  if (first === undefined) return all;
  const other = each.findIndex(
    (variables) => variables.size !== first.size || [...variables].some((symbol) => !first.has(symbol)),
  );
  const odd = objectives[other];
  if (odd === undefined) return first;
  session.error('AM2655', odd.objective.span, 'objectives that are aggregated are over the same variables', {
    labels: [
      ...(objectives[0] === undefined
        ? []
        : [{ span: objectives[0].objective.span, message: 'unlike this' }]),
      ...(aggregator === undefined ? [] : [{ span: aggregator.span, message: 'the aggregator' }]),
    ],
    notes: ['objectives over different variables are a game: leave out `on`'],
  });
  return undefined;
}

function groupsOf(
  context: Context,
  declaration: SolveDeclaration,
  choice: Choice,
  claimed: Variables,
): readonly TypedGroup[] | undefined {
  const { using } = declaration;
  const overs = using.map(({ over }) => checkOver(context, over, choice.parameters));
  if (using.some(({ over }, index) => isWrong(over, overs[index]))) return undefined;
  const taken = new Map<ValueSymbol, Span>();
  for (const { name, symbols, span } of overs.flatMap((over) => over ?? [])) {
    reportClaim(context, name, symbols, span, taken, claimed);
    for (const symbol of symbols) taken.set(symbol, span);
  }
  const rest: Variables = new Set([...claimed].filter((symbol) => !taken.has(symbol)));
  const open = using.filter(({ over }) => over === undefined);
  const [only, second] = open;
  const idle = second ?? (rest.size === 0 && taken.size > 0 ? only : undefined);
  if (idle !== undefined) {
    context.session.error('AM2657', idle.optimizer.span, 'no variables are left for this optimizer', {
      notes: [
        second === undefined
          ? 'the other optimizers move all of them'
          : 'only one `using` may leave out `over`; it gets the variables that no other moves',
      ],
    });
    return undefined;
  }
  const groups = using.map((clause, index) => groupOf(context, clause, overs[index], rest, choice));
  return groups.every((group) => group !== undefined) ? groups : undefined;
}

function reportClaim(
  { session }: Context,
  name: string,
  symbols: readonly ValueSymbol[],
  span: Span,
  taken: ReadonlyMap<ValueSymbol, Span>,
  claimed: Variables,
): void {
  const earlier = symbols.map((symbol) => taken.get(symbol)).find((each) => each !== undefined);
  if (earlier !== undefined) {
    session.error('AM2654', span, `\`${name}\` is moved by two optimizers`, {
      labels: [{ span: earlier, message: 'the first one here' }],
    });
  }
  if (symbols.every((symbol) => claimed.has(symbol))) return;
  session.error('AM2656', span, `no objective of this \`solve\` is over \`${name}\``, {
    notes: ['an optimizer moves what the chosen objectives are over'],
  });
}

function groupOf(
  context: Context,
  { optimizer: written, times, span }: UsingClause,
  over: readonly TypedVariables[] | undefined,
  rest: Variables,
  { integer }: Choice,
): TypedGroup | undefined {
  const optimizer = checkSolver(context, written);
  const turns = times && integer(times, 'the number of turns');
  if (optimizer === undefined) return undefined;
  return { optimizer, variables: over === undefined ? rest : variablesOf(over), times: turns, span };
}

function reportIdlePlayers(
  { session }: Context,
  { span }: SolveDeclaration,
  { objectives }: Choice,
  players: readonly TypedPlayer[],
  groups: readonly TypedGroup[],
): void {
  for (const [index, { variables }] of players.entries()) {
    if (groups.some((group) => [...variables].some((symbol) => group.variables.has(symbol)))) continue;
    const objective = objectives[index]?.objective;
    if (objective === undefined) continue;
    const name = objective.over?.map((each) => each.name).join(', ') ?? 'the rest';
    session.error('AM2653', span, `nothing moves the player over \`${name}\``, {
      labels: [{ span: objective.span, message: 'this player has no optimizer' }],
      notes: [
        `add \`using OPTIMIZER over ${name}\`, or one \`using\` without \`over\` for all players together`,
        'to hold a player still, choose the other objectives by label',
      ],
    });
  }
}

function checkOrder({ session }: Context, { using, order }: SolveDeclaration, alternates: boolean): void {
  const [, second] = using;
  if (order !== undefined && second === undefined) {
    session.error('AM2659', order.span, `\`${order.kind}\` is about several optimizers, and there is one`, {
      notes: ['one optimizer moves all its variables at once'],
    });
  }
  const turns = using.find(({ times }) => times !== undefined)?.times;
  if (turns !== undefined && !alternates) {
    session.error('AM2659', turns.span, 'several turns in a row belong to optimizers that alternate', {
      notes: [
        second === undefined
          ? 'one optimizer takes `for 500 steps`'
          : 'all optimizers here move at once; write `alternating` to let them take turns',
      ],
    });
  }
}

function checkWithoutHandler(
  { session }: Context,
  { using, handler }: SolveDeclaration,
  players: readonly TypedPlayer[] | undefined,
): void {
  if (handler === undefined || (players === undefined && using.length === 1)) return;
  session.error(
    'AM2658',
    handler.span,
    players === undefined
      ? 'a handler goes with one optimizer'
      : 'a handler goes with one objective, not a game',
    { notes: ['constraints are handled for one objective that one optimizer minimizes'] },
  );
}
