/**
 * How a scalar operation prints as JavaScript: a template over operand texts, with precedences so that a printer adds
 * only the parentheses that are needed, and the helper functions that the text calls.
 *
 * Truth values are JavaScript booleans inside expressions; a store turns them to 0 and 1 and a load back.
 */

/** Precedences of JavaScript expressions; higher binds tighter. */
export const precedence = {
  conditional: 2,
  or: 4,
  and: 5,
  equality: 9,
  relational: 10,
  additive: 12,
  multiplicative: 13,
  unary: 15,
  primary: 20,
} as const;

/** A function that emitted code may need; printed once into the module that calls it. */
export interface HelperFunction {
  readonly name: string;
  /** All parameters and the result are numbers. */
  readonly parameters: readonly string[];
  /** Statements, without types: valid as JavaScript and as TypeScript. */
  readonly body: string;
  readonly calls: readonly HelperFunction[];
}

/** A template in some language, with what that language calls a helper. */
export interface Lowering<Helper> {
  /** The precedence of the printed expression. */
  readonly precedence: number;
  /** The least precedence that an operand may have without parentheses, for each operand. */
  readonly operands: readonly number[];
  readonly print: (...operands: readonly string[]) => string;
  readonly helpers: readonly Helper[];
}

export type ScalarLowering = Lowering<HelperFunction>;

/** A template that needs no helper and reads the same in JavaScript and in WGSL. */
export type PlainLowering = Lowering<never>;

/** A printed expression together with its precedence. */
export interface ScalarText {
  readonly text: string;
  readonly precedence: number;
}

/** Applies a lowering to printed operands, adding parentheses where they are needed. */
export function printLowering(lowering: Lowering<unknown>, operands: readonly ScalarText[]): ScalarText {
  const texts = operands.map((operand, index) =>
    operand.precedence < (lowering.operands[index] ?? precedence.primary)
      ? `(${operand.text})`
      : operand.text,
  );
  return { text: lowering.print(...texts), precedence: lowering.precedence };
}

/** `name(a, b)`, for a function of the language such as `Math.exp`. */
export function callOf(name: string, arity: number): PlainLowering {
  return {
    precedence: precedence.primary,
    operands: new Array<number>(arity).fill(precedence.conditional),
    print: (...operands) => `${name}(${operands.join(', ')})`,
    helpers: [],
  };
}

/** A call of a helper function. */
export function helperCall(helper: HelperFunction): ScalarLowering {
  return { ...callOf(helper.name, helper.parameters.length), helpers: [helper] };
}

/** `a op b`, grouping to the left. */
export function infix(symbol: string, level: number): PlainLowering {
  return {
    precedence: level,
    operands: [level, level + 1],
    print: (left, right) => `${left} ${symbol} ${right}`,
    helpers: [],
  };
}

/** `op a`. */
export function prefix(symbol: string): PlainLowering {
  return {
    precedence: precedence.unary,
    operands: [precedence.unary + 1],
    print: (operand) => `${symbol}${operand}`,
    helpers: [],
  };
}

/** Any template; its operands are printed as primary expressions unless told otherwise. */
export function template(
  level: number,
  operands: readonly number[],
  print: (...operands: readonly string[]) => string,
): PlainLowering {
  return { precedence: level, operands, print, helpers: [] };
}

/** A helper and all that it calls, callees first, each once. */
export function helpersWithCallees<
  Helper extends { readonly name: string; readonly calls: readonly Helper[] },
>(helpers: readonly Helper[]): Helper[] {
  const ordered = new Map<string, Helper>();
  const add = (helper: Helper): void => {
    if (ordered.has(helper.name)) return;
    for (const callee of helper.calls) add(callee);
    ordered.set(helper.name, helper);
  };
  helpers.forEach(add);
  return [...ordered.values()];
}

/** The helper as JavaScript. */
export function printHelper(helper: HelperFunction): string {
  return `function ${helper.name}(${helper.parameters.join(', ')}) {\n${helper.body}\n}`;
}

/** The helper as TypeScript. */
export function printTypedHelper(helper: HelperFunction): string {
  const parameters = helper.parameters.map((parameter) => `${parameter}: number`).join(', ');
  return `function ${helper.name}(${parameters}): number {\n${helper.body}\n}`;
}
