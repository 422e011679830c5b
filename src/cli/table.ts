/** Plain text tables: two or more columns, numbers as short as they can be without saying less. */

export function table(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows
    .map(
      (row) =>
        indent +
        row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('   ')
          .trimEnd(),
    )
    .join('\n');
}

/** Some significant digits; all of them for a whole number. */
export function numberText(value: number, digits = 7): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e7
    ? String(Number(value.toPrecision(digits)))
    : value.toExponential(Math.min(digits - 1, 4));
}

/** A scalar, a short vector or matrix; undefined when it is too large to be shown. */
export function arrayText(shape: readonly number[], data: ArrayLike<number>, limit = 12): string | undefined {
  if (shape.length === 0) return numberText(data[0] ?? NaN);
  if (data.length > limit) return undefined;
  const numbers = Array.from(data, (value) => numberText(value));
  const [rows, columns] = shape;
  if (shape.length === 1 || rows === undefined || columns === undefined) return `[${numbers.join(', ')}]`;
  const lines = Array.from({ length: rows }, (_, row) =>
    numbers.slice(row * columns, (row + 1) * columns).join(', '),
  );
  return shape.length === 2 ? `[[${lines.join('], [')}]]` : undefined;
}

/** `real[10, 2]`. */
export function typeText(dtype: string, shape: readonly (number | string)[]): string {
  return shape.length === 0 ? dtype : `${dtype}[${shape.join(', ')}]`;
}
