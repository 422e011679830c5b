/** Runs printed text. Each evaluation gets a text of its own, so that programs do not share type feedback. */

let nonce = 0;

export function evaluateText(body: string): unknown {
  nonce += 1;
  const make = new Function(`'use strict'; // ${nonce}\n${body}`) as () => unknown;
  return make();
}
