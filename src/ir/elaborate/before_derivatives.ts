/** What happens to a region before it is differentiated: stable forms and contractions have better derivatives. */
import type { Region } from '../graph.js';
import { contractions, simplify, stabilise } from '../rewrite/passes.js';
import type { Report } from '../rewrite/rewrite.js';

export function prepareForDifferentiation(region: Region, report: Report): Region {
  return contractions(stabilise(simplify(region, report), report), report);
}
