/** What happens to a region before it is differentiated: stable forms and contractions have better derivatives. */
import { formContractions } from '../contractions.js';
import type { Region } from '../graph.js';
import { stabilise } from '../stabilise.js';

export function prepareForDifferentiation(region: Region): Region {
  return formContractions(stabilise(region));
}
