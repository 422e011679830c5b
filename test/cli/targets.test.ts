/** Where a program runs when nobody says: as WebAssembly, and as TypeScript where that cannot be. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { argmin, scratchFolder } from './harness.js';

const { write } = scratchFolder();
const line = write(
  'line.opt',
  `hyper slope: real = 1
param w: real[3] ~ normal(0, 1)
minimize sum(exp(slope * w) - 2 * w) + sum((w @ w)^2)
solve using lbfgs() for 200 steps until grad_norm < 1e-9`,
);
const bad = write(
  'bad.opt',
  'param w: real = 3\nminimize sqrt(w) + w\nsolve using gradient_descent(1) for 9 steps',
);
const { Instance, Memory, Module, CompileError } = WebAssembly;

afterEach(() => {
  vi.unstubAllGlobals();
});

interface Solved {
  readonly status: string;
  readonly objective: number;
}

async function solved(...argv: readonly string[]): Promise<Solved> {
  const { status, out, err } = await argmin('run', line, '--json', ...argv);
  expect(err).toBe('');
  expect(status).toBe(0);
  return JSON.parse(out) as Solved;
}

/** The engine as it is, but for some of it; and how often an instance was made. */
function stub(parts: object = {}): () => number {
  let instances = 0;
  vi.stubGlobal('WebAssembly', {
    Memory,
    Module,
    CompileError,
    validate: () => true,
    Instance: function (module: WebAssembly.Module, imports: WebAssembly.Imports) {
      instances += 1;
      return new Instance(module, imports);
    },
    ...parts,
  });
  return () => instances;
}

const noMemory = {
  Memory: function () {
    throw new RangeError('could not allocate memory');
  },
};

describe('a run without a target', () => {
  it('is WebAssembly where the engine can, and TypeScript by name', async () => {
    const made = stub();
    const first = await solved();
    expect(made()).toBe(1);
    const second = await solved('--target', 'ts');
    expect(made()).toBe(1);
    expect(first.status).toBe('converged');
    expect(second.objective).toBeCloseTo(first.objective, 12);
  });

  it('is TypeScript where the engine has no WebAssembly, no memory of this size, or refuses the module', async () => {
    const wanted = await solved('--target', 'ts');
    stub(noMemory);
    expect((await solved()).objective).toBe(wanted.objective);
    stub({
      Module: function () {
        throw new CompileError('local count too large');
      },
    });
    expect((await solved()).objective).toBe(wanted.objective);
    vi.stubGlobal('WebAssembly', undefined);
    expect((await solved()).objective).toBe(wanted.objective);
  });

  it('says where it diverges', async () => {
    const made = stub();
    const { status, err } = await argmin('run', bad);
    expect(made()).toBe(1);
    expect(status).toBe(3);
    expect(err).toContain('sqrt(w)');
  });
});

describe('a run that asks for WebAssembly', () => {
  it.each([
    ['there is none', () => vi.stubGlobal('WebAssembly', undefined), 'no WebAssembly'],
    ['it has no memory of this size', () => void stub(noMemory), 'in one memory'],
  ])('is refused where %s', async (_, without, words) => {
    without();
    const { status, err } = await argmin('run', line, '--target', 'wasm');
    expect(status).toBe(2);
    expect(err).toContain('AM0013');
    expect(err).toContain(words);
  });
});

it('sweeps run as WebAssembly as well', async () => {
  const sweep = async (...argv: readonly string[]): Promise<readonly { objective: number }[]> => {
    const { out, status } = await argmin(
      'sweep',
      line,
      '--set',
      'slope=1,2',
      '--seeds',
      '2',
      '--json',
      ...argv,
    );
    expect(status).toBe(0);
    const { runs } = JSON.parse(out) as { runs: { figures: { objective: number } }[] };
    return runs.map(({ figures }) => figures);
  };
  const made = stub();
  const byDefault = await sweep();
  expect(made()).toBe(1);
  expect(await sweep('--target', 'wasm')).toEqual(byDefault);
  const text = await sweep('--target', 'ts');
  expect(made()).toBe(2);
  byDefault.forEach(({ objective }, index) =>
    expect(objective).toBeCloseTo(text[index]?.objective ?? NaN, 10),
  );
});
