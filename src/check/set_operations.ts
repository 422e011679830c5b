/** What a set may define, each operation a function whose first parameters are points or directions; those of the set follow. */

export type SetOperation =
  | 'contains'
  | 'project'
  | 'lmo'
  | 'map'
  | 'coordinates'
  | 'barrier'
  | 'retract'
  | 'tangent'
  | 'mirror'
  | 'unmirror';

export interface SetOperationForm {
  /** How many parameters come before those of the set. */
  readonly vectors: 1 | 2;
  readonly signature: string;
  readonly doc: string;
  /** Whether an optimizer may ask it of all variables at once. */
  readonly whole: boolean;
}

export const setOperations: Readonly<Record<SetOperation, SetOperationForm>> = {
  project: {
    vectors: 1,
    signature: 'project(v, SET); in an optimizer project(y)',
    doc: 'The nearest point of a set: `project(v, simplex(2))`.',
    whole: true,
  },
  contains: {
    vectors: 1,
    signature: 'contains(v, SET): bool',
    doc: 'Whether a point lies in a set.',
    whole: false,
  },
  lmo: {
    vectors: 1,
    signature: 'lmo(g, SET); in an optimizer lmo(g)',
    doc: 'The point of a set that is lowest along `g`: a linear minimization oracle.',
    whole: true,
  },
  map: {
    vectors: 1,
    signature: 'map(z, SET)',
    doc: 'The point of a set that unconstrained coordinates stand for.',
    whole: false,
  },
  coordinates: {
    vectors: 1,
    signature: 'coordinates(v, SET)',
    doc: 'Coordinates that `map` takes to the point.',
    whole: false,
  },
  barrier: {
    vectors: 1,
    signature: 'barrier(v, SET): real',
    doc: 'Grows without bound toward the border of a set.',
    whole: false,
  },
  retract: {
    vectors: 2,
    signature: 'retract(x, v, SET); in an optimizer retract(x, v)',
    doc: 'The point of a manifold that a step `v` from `x` leads to.',
    whole: true,
  },
  tangent: {
    vectors: 2,
    signature: 'tangent(x, g, SET); in an optimizer tangent(x, g)',
    doc: 'The part of a direction that is tangent to a manifold at `x`.',
    whole: true,
  },
  mirror: {
    vectors: 1,
    signature: 'mirror(v, SET); in an optimizer mirror(y)',
    doc: "The gradient of the set's distance generator.",
    whole: true,
  },
  unmirror: {
    vectors: 1,
    signature: 'unmirror(u, SET); in an optimizer unmirror(u)',
    doc: 'The point of the set that `mirror` takes to `u`.',
    whole: true,
  },
};

export const setOperationNames = Object.keys(setOperations) as readonly SetOperation[];
