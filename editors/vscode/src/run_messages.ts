/** What the process of a run says, one line of JSON each. */
export type RunMessage =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'progress'; readonly step: number; readonly loss: number }
  | { readonly kind: 'result'; readonly result: object };
