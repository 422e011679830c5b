/**
 * The small language that elementary functions are written in, once for every way of computing: one number or several
 * lanes, in double or single precision. A machine gives its operations a meaning: code, text, or numbers.
 * Every function is free of branches, so that lanes need not agree.
 */
export interface Machine<Value, Truth> {
  readonly precision: 'f64' | 'f32';
  readonly constant: (value: number) => Value;
  readonly add: (left: Value, right: Value) => Value;
  readonly subtract: (left: Value, right: Value) => Value;
  readonly multiply: (left: Value, right: Value) => Value;
  readonly divide: (left: Value, right: Value) => Value;
  /** NaN if one of them is. */
  readonly minimum: (left: Value, right: Value) => Value;
  readonly maximum: (left: Value, right: Value) => Value;
  readonly absolute: (operand: Value) => Value;
  readonly negate: (operand: Value) => Value;
  /** The nearest whole number; ties go to the even one. */
  readonly nearest: (operand: Value) => Value;
  readonly less: (left: Value, right: Value) => Truth;
  readonly equal: (left: Value, right: Value) => Truth;
  readonly choose: (condition: Truth, then: Value, otherwise: Value) => Value;
  /** 2^k for a whole number whose power is a normal number. */
  readonly powerOfTwo: (k: Value) => Value;
  /** For a positive normal x = m 2^e with m between the roots of 1/2 and 2: e, and m. */
  readonly split: (x: Value) => { readonly exponent: Value; readonly mantissa: Value };
  /** A value that is used more than once. */
  readonly keep: (value: Value) => Value;
}

/** A function of one operand on any machine. */
export type UnaryForm = <Value, Truth>(machine: Machine<Value, Truth>, x: Value) => Value;

/** c0 + x (c1 + x (c2 + ..)). */
export function polynomial<Value, Truth>(
  machine: Machine<Value, Truth>,
  x: Value,
  coefficients: readonly number[],
): Value {
  const { add, multiply, constant } = machine;
  const [first = 0, ...rest] = coefficients;
  if (rest.length === 0) return constant(first);
  return add(multiply(polynomial(machine, x, rest), x), constant(first));
}
