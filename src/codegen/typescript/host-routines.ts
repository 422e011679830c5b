/** Calls of the host's functions (`extern fn`) in printed programs, as text: arguments out, results back, failures said with numbers. */
import type { Routine } from './routines.js';

export type HostRoutineName = 'callHost' | 'hostArgument' | 'hostResult' | 'hostKind';

const cells = 'Float64Array | Float32Array';

/** `callHost` needs the other three. */
export const hostRoutines: Readonly<Record<HostRoutineName, Routine>> = {
  hostKind: {
    parameters: [['value', 'unknown']],
    result: 'string',
    helpers: [],
    body: `if (value instanceof Promise) return 'a promise';
return value === null || value === undefined ? String(value) : \`a value of type \${typeof value}\`;`,
  },
  hostArgument: {
    parameters: [
      ['values', `${cells} | Int32Array`],
      ['start', 'number'],
      ['shape', 'readonly number[]'],
      ['truth', 'boolean'],
    ],
    result: 'unknown',
    helpers: [],
    body: `if (shape.length === 0) return truth ? values[start] !== 0 : values[start];
const extent = shape[0] ?? 0;
if (shape.length === 1) return Float64Array.from(values.subarray(start, start + extent));
const rest = shape.slice(1);
const size = rest.reduce((product, each) => product * each, 1);
return Array.from({ length: extent }, (_, row) => hostArgument(values, start + row * size, rest, truth));`,
  },
  hostResult: {
    parameters: [
      ['value', 'unknown'],
      ['shape', 'readonly number[]'],
      ['output', cells],
      ['to', 'number'],
    ],
    result: 'string',
    helpers: [],
    body: `// Writes a result; says what is wrong with it, or nothing.
if (shape.length === 0) {
  if (typeof value !== 'number') return \`\${hostKind(value)} where a number belongs\`;
  output[to] = value;
  return '';
}
const extent = shape[0] ?? 0;
if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
  return \`\${hostKind(value)} where \${extent} elements belong\`;
}
const list = Object(value);
if (list.length !== extent) return \`\${list.length} elements where \${extent} belong\`;
const rest = shape.slice(1);
const size = rest.reduce((product, each) => product * each, 1);
for (let index = 0; index < extent; index += 1) {
  const fault = hostResult(list[index], rest, output, to + index * size);
  if (fault !== '') return fault;
}
return '';`,
  },
  callHost: {
    parameters: [
      ['host', '{ readonly [name: string]: (...inputs: never[]) => unknown }'],
      ['name', 'string'],
      [
        'inputs',
        `readonly (readonly [values: ${cells} | Int32Array, from: number, shape: readonly number[], truth: boolean])[]`,
      ],
      ['output', cells],
      ['to', 'number'],
      ['lanes', 'number'],
      ['shape', 'readonly number[]'],
    ],
    result: 'void',
    helpers: [],
    body: `const size = shape.reduce((product, each) => product * each, 1);
const supplied = Object.hasOwn(host, name) ? host[name] : undefined;
for (let lane = 0; lane < lanes; lane += 1) {
  const given = inputs.map(([values, from, own, truth]) =>
    hostArgument(values, from + lane * own.reduce((product, each) => product * each, 1), own, truth),
  );
  let fault = '';
  let cause;
  if (typeof supplied !== 'function') fault = 'is not supplied by the host';
  else {
    let result;
    try {
      result = Reflect.apply(supplied, undefined, given);
    } catch (error) {
      cause = error;
      fault = \`threw \${String(error)}\`;
    }
    if (fault === '') {
      const wrong = hostResult(result, shape, output, to + lane * size);
      if (wrong !== '') fault = \`gave \${wrong}\`;
    }
  }
  if (fault === '') continue;
  const numbers = given.map((value) =>
    JSON.stringify(value, (_, each) => (each instanceof Float64Array ? Array.from(each) : each)),
  );
  const failure = new Error(\`\\\`\${name}(\${numbers.join(', ')})\\\` \${fault}\`, { cause });
  failure.name = 'HostFailure';
  throw failure;
}`,
  },
};
