/** Which examples the tests run on a device, which not, and why. A name that stands nowhere runs in every gate. */

type Reasons = Readonly<Record<string, string>>;

const blackBox = 'a black box: its optimizer sees values only, or the host computes them';

/** Never run on a device. */
export const leftOut: Reasons = {
  'branin.opt': blackBox,
  'carton.opt': blackBox,
  'cartpole.opt': blackBox,
  'cma_es.opt': blackBox,
  'nsga2.opt': blackBox,
};

const heavy = 'compiling its kernels on a CPU driver takes longer than the gate has';

const slow = 'takes longer in the interpreter than the gate has';

/** Run where the environment sets ARGMIN_ALL_EXAMPLES. */
export const onRequest: Reasons = {
  'factorization.opt': slow,
  'metric.opt': slow,
  'pinn.opt': slow,
  ...Object.fromEntries(
    [
      'adversarial',
      'adversary',
      'attention',
      'autoencoder',
      'bilevel_penalty',
      'bilevel_ridge',
      'bottleneck',
      'causal_graph',
      'characters',
      'convolution',
      'digits',
      'discovered_policy',
      'facility',
      'fairness',
      'forward_forward',
      'fosi',
      'gan_ring',
      'group_dro',
      'infeasible',
      'interval_bounds',
      'learned_sampler',
      'leave_one_out',
      'maml',
      'mutual_information',
      'my_optimizers',
      'one_class',
      'ppo',
      'preferences',
      'random_losses',
      'rebasin',
      'reinforce',
      'subspace',
      'two_tasks',
      'zdt1',
      'zdt2',
      'zdt3',
    ].map((name) => [`${name}.opt`, heavy]),
  ),
};

/** Their steps agree one by one; their objective after so few steps in a row is not compared. */
export const sensitive: Reasons = {
  'pca.opt': 'cut in mid-descent, where each step multiplies differences',
};

/** Their objective is compared, and not each step. */
export const atAKink: Reasons = {
  'curve_fit.opt':
    'at its fifth step the gain is within 1e-5 of where the damping is cut off, so that rounding decides on which side it falls',
};

/** Whose whole run ends elsewhere when it is rounded otherwise: by how much of its scale, and why. */
export const looser: Readonly<Record<string, { readonly bound: number; readonly why: string }>> = {
  'discovered_policy.opt': {
    bound: 1e-3,
    why: 'actions are drawn from the policy; the objective at the end is the small rest of large advantages',
  },
  'gan_ring.opt': { bound: 1e-2, why: 'a game whose players see new draws at every step' },
  'ppo.opt': { bound: 2e-2, why: 'rollouts whose actions are drawn' },
  'reinforce.opt': { bound: 2e-2, why: 'rollouts whose actions are drawn' },
};
