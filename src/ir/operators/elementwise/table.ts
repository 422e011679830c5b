/** All elementwise operators by name; a name without a row does not compile. */
import type { ElementwiseName } from '../../graph.js';
import { arithmetic } from './arithmetic.js';
import { comparison } from './comparison.js';
import { exponential } from './exponential.js';
import type { ElementwiseRow } from './row.js';
import { special } from './special.js';
import { trigonometric } from './trigonometric.js';

export const elementwiseTable: Readonly<Record<ElementwiseName, ElementwiseRow>> = {
  ...arithmetic,
  ...exponential,
  ...trigonometric,
  ...special,
  ...comparison,
};
