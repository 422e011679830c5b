import wabt from 'wabt';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  branch,
  call,
  constant,
  defineFunction,
  get,
  load,
  newLocal,
  operate,
  operateBy,
  set,
  store,
  wide,
} from '../../../src/codegen/wasm/code.js';
import type { Code, DefinedFunction, ImportedFunction, Label } from '../../../src/codegen/wasm/code.js';
import { encodeModule } from '../../../src/codegen/wasm/encode.js';
import { isRelaxed, operations } from '../../../src/codegen/wasm/operations.js';
import type { OperationName } from '../../../src/codegen/wasm/operations.js';

let tool: Awaited<ReturnType<typeof wabt>>;
beforeAll(async () => {
  tool = await wabt();
});

/** The module as text, by a tool that is not ours. */
function textOf(bytes: Uint8Array): string {
  const module = tool.readWasm(bytes, { readDebugNames: false, relaxed_simd: true });
  try {
    module.validate();
    return module.toText({ foldExprs: false, inlineExport: false });
  } finally {
    module.destroy();
  }
}

function giving(result: Code, body: DefinedFunction['body'] = []): DefinedFunction {
  const made = defineFunction('made', [], result.type);
  made.body.push(...body);
  made.result = result;
  return made;
}

function run(
  made: DefinedFunction,
  imports: Record<string, () => void> = {},
): (...operands: number[]) => number {
  const bytes = encodeModule({ exports: [made], memory: 65536 });
  textOf(bytes);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, ...imports } });
  return instance.exports['made'] as (...operands: number[]) => number;
}

const zeros = {
  i32: constant('i32', 0),
  i64: wide(0n),
  f32: constant('f32', 0),
  f64: constant('f64', 0),
  v128: operate('f64x2.splat', constant('f64', 0)),
};

describe('the encoder', () => {
  it.each(Object.keys(operations))('writes %s as an independent tool reads it', (name) => {
    const { operands, result } = operations[name as OperationName];
    const made = giving(operateBy(result, name, ...operands.map((type) => zeros[type])));
    const bytes = encodeModule({ exports: [made], memory: 0 });
    expect(textOf(bytes).split(/[\s()]+/)).toContain(name);
    if (!isRelaxed(name as OperationName)) expect(WebAssembly.validate(bytes)).toBe(true);
  });

  it('writes integers of every length', () => {
    const values = [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8192, 2 ** 31 - 1, -(2 ** 31)];
    for (const value of values) expect(run(giving(constant('i32', value)))()).toBe(value);
    for (const value of [0n, -1n, 2n ** 62n, -(2n ** 63n), 1023n << 52n]) {
      const back = operate('f64.reinterpret_i64', wide(value));
      const bits = new BigInt64Array([value]);
      expect(run(giving(back))()).toEqual(new Float64Array(bits.buffer)[0]);
    }
  });

  it('counts nested blocks, loops and branches alike', () => {
    const [count, sum] = [newLocal('i32'), newLocal('i32')];
    const label: Label = { label: 'done' };
    const made = giving(get(sum), [
      {
        kind: 'block',
        label,
        body: [
          {
            kind: 'loop',
            body: [
              {
                kind: 'if',
                condition: operate('i32.ge_s', get(count), constant('i32', 10)),
                then: [{ kind: 'leave', label, when: constant('i32', 1) }],
                otherwise: [set(sum, operate('i32.add', get(sum), get(count)))],
              },
              set(count, operate('i32.add', get(count), constant('i32', 1))),
            ],
            again: constant('i32', 1),
          },
        ],
      },
    ]);
    expect(run(made)()).toBe(45);
  });

  it('calls functions of the module and of the host, once each in the module', () => {
    const x = newLocal('f64');
    const twice = defineFunction('twice', [x], 'f64');
    twice.result = operate('f64.add', get(x), get(x));
    let told = 0;
    const tell: ImportedFunction = {
      kind: 'imported',
      name: 'tell',
      signature: { parameters: [], result: undefined },
    };
    const four = call('f64', twice, [call('f64', twice, [constant('f64', 1)])]);
    const made = giving(four, [{ kind: 'call', callee: tell, operands: [] }]);
    expect(run(made, { tell: () => (told += 1) })()).toBe(4);
    expect(told).toBe(1);
    expect(textOf(encodeModule({ exports: [made], memory: 0 })).match(/^ {2}\(func /gm)).toHaveLength(2);
  });

  it('reads and writes the memory, and takes one side of a branch only', () => {
    const address = { base: constant('i32', 16), offset: 24 };
    const made = giving(
      branch(
        constant('i32', 0),
        load('f64.load', { base: constant('i32', -8), offset: 0 }),
        load('f64.load', address),
      ),
      [store('f64.store', address, constant('f64', 2.5))],
    );
    expect(run(made)()).toBe(2.5);
  });

  it('refuses operands of another type', () => {
    // @ts-expect-error the types say it
    expect(() => operate('f64.add', constant('f64', 1), constant('i32', 1))).toThrow('f64.add takes');
    expect(() => operateBy('f64', 'f64.sqrt', constant('f32', 1))).toThrow('f64.sqrt takes');
    expect(() => operateBy('i32', 'f64.sqrt', constant('f64', 1))).toThrow('gives f64');
  });
});
