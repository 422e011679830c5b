/** Amounts as people read them. */

/** `1.2 M`, `17 `: an amount, up to where its unit follows. */
export function amount(value: number): string {
  const prefixes: readonly (readonly [number, string])[] = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const [size, prefix] = prefixes.find(([least]) => value >= least) ?? [1, ''];
  return `${Number((value / size).toPrecision(3))} ${prefix}`;
}
