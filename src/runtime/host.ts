/**
 * Functions that a host supplies for `extern fn`, and how they are called: scalars as numbers or truth values, vectors
 * as `Float64Array`, larger arrays as arrays of rows; the same forms come back, numbers only. Printed programs carry
 * this logic as text (`callHost`); this one serves the interpreter.
 */
export type HostFunction = (...inputs: never[]) => unknown;
export type Host = Readonly<Record<string, HostFunction>>;

/** The name of the errors that say a host's function threw or gave something else than its type says. */
export const hostFailureName = 'HostFailure';

export function isHostFailure(error: unknown): error is Error {
  return error instanceof Error && error.name === hostFailureName;
}

/** Which function failed, and how; other errors are thrown on. */
export function hostFailureOf(error: unknown): { readonly where: string; readonly failure: string } {
  if (!isHostFailure(error)) throw error;
  return { where: /^`(\w+)/.exec(error.message)?.[1] ?? 'host', failure: error.message };
}

/** Runs `body`; what a function of the host did wrong in it, if that ended it. */
export async function hostFailureIn(
  body: () => void | Promise<void>,
): Promise<ReturnType<typeof hostFailureOf> | undefined> {
  try {
    await body();
    return undefined;
  } catch (error) {
    return hostFailureOf(error);
  }
}

export interface HostArgument {
  readonly shape: readonly number[];
  readonly dtype: 'real' | 'int' | 'bool';
  readonly data: Float64Array;
}

export function callHostFunction(
  host: Host,
  name: string,
  inputs: readonly HostArgument[],
  shape: readonly number[],
): Float64Array {
  const given = inputs.map(({ shape: own, dtype, data }) => nestedInput(data, 0, own, dtype === 'bool'));
  const supplied = Object.hasOwn(host, name) ? host[name] : undefined;
  const fail = (what: string, cause?: unknown): never => {
    const numbers = given
      .map((value) => JSON.stringify(value, (_, each: unknown) => plainArray(each)))
      .join(', ');
    throw Object.assign(new Error(`\`${name}(${numbers})\` ${what}`, { cause }), { name: hostFailureName });
  };
  if (typeof supplied !== 'function') return fail('is not supplied by the host');
  const output = new Float64Array(shape.reduce((product, extent) => product * extent, 1));
  let result: unknown;
  try {
    result = supplied(...(given as never[]));
  } catch (error) {
    return fail(`threw ${String(error)}`, error);
  }
  const fault = writeResult(result, shape, output, 0);
  if (fault !== '') return fail(`gave ${fault}`);
  return output;
}

function plainArray(value: unknown): unknown {
  return value instanceof Float64Array ? Array.from(value) : value;
}

function nestedInput(data: Float64Array, start: number, shape: readonly number[], truth: boolean): unknown {
  const [extent, ...rest] = shape;
  if (extent === undefined) return truth ? data[start] !== 0 : data[start];
  if (rest.length === 0) return data.slice(start, start + extent);
  const size = rest.reduce((product, each) => product * each, 1);
  return Array.from({ length: extent }, (_, index) => nestedInput(data, start + index * size, rest, truth));
}

/** Writes a result; says what is wrong with it, or nothing. */
function writeResult(value: unknown, shape: readonly number[], output: Float64Array, to: number): string {
  const [extent, ...rest] = shape;
  if (extent === undefined) {
    if (typeof value !== 'number') return `${kindOf(value)} where a number belongs`;
    output[to] = value;
    return '';
  }
  const length =
    Array.isArray(value) || ArrayBuffer.isView(value) ? (value as ArrayLike<unknown>).length : -1;
  if (length < 0) return `${kindOf(value)} where ${extent} elements belong`;
  if (length !== extent) return `${length} elements where ${extent} belong`;
  const size = rest.reduce((product, each) => product * each, 1);
  for (let index = 0; index < extent; index += 1) {
    const fault = writeResult((value as ArrayLike<unknown>)[index], rest, output, to + index * size);
    if (fault !== '') return fault;
  }
  return '';
}

function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
}
