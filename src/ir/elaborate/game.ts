/**
 * The field of a game: every variable's component is the gradient of the objective of the player that it belongs to.
 * Its Jacobian is not symmetric, so there are two products with it.
 */
import { gradient, jvp } from '../differentiate/derivatives.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at, range } from '../types.js';
import type { Variables } from './variables.js';

export interface Game {
  /** (tensors.., stored..) -> what each player minimizes. */
  readonly parts: readonly Region[];
  /** The player of each tensor of the problem; undefined for one that belongs to none. */
  readonly owner: readonly (number | undefined)[];
}

/** The players that own some of the variables. */
export function playersAmong({ owner }: Game, { own }: Variables): readonly number[] {
  return [...new Set(own.flatMap((index) => owner[index] ?? []))].sort((left, right) => left - right);
}

/** (tensors.., stored..) -> the first player's value, then the field by each of the variables. */
export function fieldRegion(game: Game, variables: Variables): Region {
  return perPlayer(game, variables, (builder, part, parameters, own, index) => {
    const [value, ...slopes] = builder.inline(gradient(part, own), parameters);
    if (value === undefined) throw new Error('compiler bug: a player without a value');
    return { first: index === 0 ? [value] : [], slopes };
  });
}

/** (tensors.., stored.., directions..) -> the derivative of the field along directions of the variables. */
export function fieldAlong(game: Game, variables: Variables): Region {
  return perPlayer(
    game,
    variables,
    (builder, part, parameters, own, _, directions) => {
      const linear = jvp(slopesOf(part, own), variables.own);
      const results = builder.inline(linear, [...parameters, ...directions]);
      return { first: [], slopes: results.slice(own.length) };
    },
    true,
  );
}

/** (tensors.., stored.., directions..) -> directions times the Jacobian of the field. */
export function fieldAgainst(game: Game, variables: Variables): Region {
  const [some] = game.parts;
  if (some === undefined) throw new Error('compiler bug: a game without players');
  const builder = new GraphBuilder();
  const parameters = likeParameters(builder, some);
  const directions = directionsOf(builder, variables);
  // Of each player's Hessian the rows of its own variables, times their directions.
  const sums = playersAmong(game, variables).map((player) => {
    const own = ownedBy(game, variables, player);
    const linear = jvp(slopesOf(at(game.parts, player), variables.own), own);
    const given = own.map((index) => at(directions, variables.own.indexOf(index)));
    return builder.inline(linear, [...parameters, ...given]).slice(variables.own.length);
  });
  const results = range(variables.own.length).map((place) =>
    sums.map((each) => at(each, place)).reduce((sum, each) => builder.binary('add', sum, each)),
  );
  return builder.region([...parameters, ...directions], results);
}

interface Piece {
  readonly first: readonly Node[];
  readonly slopes: readonly Node[];
}

/** Makes each player's share of a vector of the variables, and joins the shares in the order of the variables. */
function perPlayer(
  game: Game,
  variables: Variables,
  make: (
    builder: GraphBuilder,
    part: Region,
    parameters: readonly Node[],
    own: readonly number[],
    index: number,
    directions: readonly Node[],
  ) => Piece,
  isDirected = false,
): Region {
  const [some] = game.parts;
  if (some === undefined) throw new Error('compiler bug: a game without players');
  const builder = new GraphBuilder();
  const parameters = likeParameters(builder, some);
  const directions = isDirected ? directionsOf(builder, variables) : [];
  const first: Node[] = [];
  const slopes = new Map<number, Node>();
  playersAmong(game, variables).forEach((player, index) => {
    const own = ownedBy(game, variables, player);
    const piece = make(builder, at(game.parts, player), parameters, own, index, directions);
    first.push(...piece.first);
    own.forEach((place, each) => slopes.set(place, at(piece.slopes, each)));
  });
  const joined = variables.own.map((place) => {
    const slope = slopes.get(place);
    if (slope === undefined) throw new Error('compiler bug: a moved variable that belongs to no player');
    return slope;
  });
  return builder.region([...parameters, ...directions], [...first, ...joined]);
}

function ownedBy({ owner }: Game, { own }: Variables, player: number): readonly number[] {
  return own.filter((index) => owner[index] === player);
}

/** (parameters..) -> the gradients alone. */
function slopesOf(part: Region, own: readonly number[]): Region {
  const { parameters, results } = gradient(part, own);
  return { parameters, results: results.slice(1) };
}

function likeParameters(builder: GraphBuilder, { parameters }: Region): Node[] {
  return parameters.map(({ type, operator }) =>
    builder.parameter(type, operator.kind === 'parameter' ? operator.name : 'p'),
  );
}

function directionsOf(builder: GraphBuilder, { slots }: Variables): Node[] {
  return slots.map(({ shape, name }) => builder.parameter({ dtype: 'real', shape }, `along_${name}`));
}
