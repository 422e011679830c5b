/** The rewrite passes by name. */
import type { Region } from '../graph.js';
import { algebra } from './algebra.js';
import { contractionRewrites } from './contractions.js';
import { indexing } from './indexing.js';
import { pruneRegion } from './loops.js';
import { marks } from './marks.js';
import type { Report, RewritePass } from './rewrite.js';
import { rewriteRegion } from './rewrite.js';
import { stability } from './stability.js';
import { structure } from './structure.js';

export const simplifyPass: RewritePass = {
  name: 'simplify',
  rewrites: [...algebra, ...structure, ...indexing],
};
export const stabilisePass: RewritePass = { name: 'stabilise', rewrites: stability };
export const contractionsPass: RewritePass = { name: 'contractions', rewrites: contractionRewrites };
export const erasePass: RewritePass = { name: 'erase derivative marks', rewrites: marks };

/** Algebraic identities, merged data movement, no work that nothing reads. Values stay as they are. */
export function simplify(region: Region, report?: Report): Region {
  return pruneRegion(rewriteRegion(pruneRegion(region), simplifyPass, report));
}

/** Forms that do not overflow or cancel. Before differentiation. */
export function stabilise(region: Region, report?: Report): Region {
  return rewriteRegion(region, stabilisePass, report);
}

/** Sums of products as contractions. */
export function contractions(region: Region, report?: Report): Region {
  return rewriteRegion(region, contractionsPass, report);
}

/** After the last differentiation. */
export function eraseDerivativeMarks(region: Region): Region {
  return rewriteRegion(region, erasePass);
}

/** What is done to a region before it is differentiated. */
export function prepare(region: Region, report?: Report): Region {
  return contractions(stabilise(simplify(region, report), report), report);
}

/** What is done once nothing will be differentiated any more, before loops are made of it. */
export function finish(region: Region, report?: Report): Region {
  return simplify(contractions(simplify(eraseDerivativeMarks(region), report), report), report);
}
