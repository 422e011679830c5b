/** What one optimizer of several sees of a problem: some of the variables, the others standing still, and of a game its field. */
import type { TypedSolve, ValueSymbol } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, sizeOf } from './array.js';
import type { Objective } from './environment.js';
import type { PreparedProblem } from './prepare.js';
import type { Scalar } from './scalar.js';
import { elementwise } from './scalar.js';

/** Some of the parameters, as places in the vector of all of them. */
export interface Variables {
  readonly places: readonly number[];
  /** Sizes of their tensors. */
  readonly tensors: readonly number[];
}

export function variablesNamed(prepared: PreparedProblem, symbols: ReadonlySet<ValueSymbol>): Variables {
  let offset = 0;
  const places: number[] = [];
  const tensors: number[] = [];
  prepared.problem.parameters.forEach(({ symbol }, position) => {
    const size = sizeOf(prepared.shapes[position] as readonly number[]);
    if (symbols.has(symbol)) {
      tensors.push(size);
      for (let index = 0; index < size; index += 1) places.push(offset + index);
    }
    offset += size;
  });
  return { places, tensors };
}

/** The player of each element of x; undefined for one that belongs to none. */
export function playersOf(
  prepared: PreparedProblem,
  { players }: TypedSolve,
): readonly (number | undefined)[] {
  return prepared.problem.parameters.flatMap(({ symbol }, position) => {
    const size = sizeOf(prepared.shapes[position] as readonly number[]);
    const player = players?.findIndex(({ variables }) => variables.has(symbol)) ?? -1;
    return Array.from({ length: size }, () => (player < 0 ? undefined : player));
  });
}

export function cut<Value>(x: readonly Value[], { places }: Variables): Value[] {
  return places.map((place) => x[place] as Value);
}

export function put<Value>(x: readonly Value[], y: readonly Value[], { places }: Variables): Value[] {
  const whole = [...x];
  places.forEach((place, index) => {
    whole[place] = y[index] as Value;
  });
  return whole;
}

/** Questions whose answer has an element for each variable. */
const likeVariables: ReadonlySet<string> = new Set(['gradient', 'hvp', 'vhp', 'residual_vjp']);

/** An objective as a function of some variables, the others as in `base`. */
export function restricted(objective: Objective, variables: Variables, base: readonly Scalar[]): Objective {
  const none = base.map(() => 0);
  const whole = (y: ArrayValue, others: readonly Scalar[]): ArrayValue =>
    arrayOf([base.length], put(others, y.data, variables));
  return {
    query: (query, at, direction, fresh) => {
      const isOfResiduals = query === 'residual_vjp';
      const along = direction === undefined || isOfResiduals ? direction : whole(direction, none);
      const answer = objective.query(query, whole(at, base), along, fresh);
      return likeVariables.has(query)
        ? arrayOf([variables.places.length], cut(answer.data, variables))
        : answer;
    },
    sets: (operation, vectors) => {
      const all = vectors.map((vector, index) => whole(vector, index === 0 ? base : none));
      const answer = objective.sets(operation, all);
      return arrayOf([variables.places.length], cut(answer.data, variables));
    },
  };
}

/** The field of a game: each element of the answer is that of its own player. */
export function fieldOf(parts: readonly Objective[], owners: readonly (number | undefined)[]): Objective {
  const among = [...new Set(owners.flatMap((owner) => owner ?? []))];
  const [only, second] = among;
  const single = second === undefined && only !== undefined ? parts[only] : undefined;
  if (single !== undefined) return single;
  const answersOf = (ask: (part: Objective, player: number) => ArrayValue): readonly (readonly Scalar[])[] =>
    parts.map((part, player) => (among.includes(player) ? ask(part, player).data : []));
  return {
    query: (query, at, direction, fresh) => {
      switch (query) {
        case 'value':
          return (parts[0] as Objective).query(query, at, undefined, fresh);
        case 'gradient':
        case 'hvp': {
          const answers = answersOf((part) => part.query(query, at, direction, fresh));
          return arrayOf(
            at.shape,
            owners.map((owner, index) => (owner === undefined ? 0 : (answers[owner]?.[index] ?? 0))),
          );
        }
        case 'vhp': {
          const answers = answersOf((part, player) => {
            const own = (direction?.data ?? []).map((weight, index) =>
              owners[index] === player ? weight : 0,
            );
            return part.query('hvp', at, arrayOf(at.shape, own), fresh);
          });
          return arrayOf(
            at.shape,
            owners.map((_, index) =>
              answers.reduce<Scalar>((sum, answer) => elementwise('add', sum, answer[index] ?? 0), 0),
            ),
          );
        }
        default:
          throw new Error('compiler bug: the players of a game are asked for residuals together');
      }
    },
    sets: (operation, vectors) => (parts[0] as Objective).sets(operation, vectors),
  };
}
