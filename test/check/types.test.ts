import { describe, expect, it } from 'vitest';
import { checkText, codesOf, typeOf } from './checking.js';

const table = 'data { X: real[N, D]  y: class(K)[N]  z: real[N]  t: class(2)[N] }\n';

/** The type of an expression over the table. */
function typeOfExpression(expression: string, before = ''): string {
  return typeOf(`${table}${before}\nreport it = ${expression}`, 'it');
}

describe('operators', () => {
  it.each([
    ['1 + 2', 'int'],
    ['1 / 2', 'real'],
    ['2^3', 'real'],
    ['X - z[0]', 'real[N, D]'],
    ['X - mean(X over N)', 'real[N, D]'],
    ['2 * t - 1', 'int[N]'],
    ['z > 0 and t == 1', 'bool[N]'],
    ['y == 0', 'bool[N]'],
    ['argmax(X over D)', 'class(D)[N]'],
    ['X @ X[0]', 'real[N]'],
    ['transpose(X) @ X', 'real[D, D]'],
    ['z @ X', 'real[D]'],
    ['z @ z', 'real'],
    ['max(z, 0)', 'real[N]'],
    ['max(z)', 'real'],
    ['-t', 'int[N]'],
    ['mod(5, 3)', 'int'],
    ['if N > 3 then 1 else 0.5', 'real'],
  ])('%s is %s', (expression, type) => {
    expect(typeOfExpression(expression)).toBe(type);
  });

  it.each([
    ['X - z', 'AM2103'],
    ['z + y', 'AM2107'],
    ['X @ z', 'AM2104'],
    ['not z', 'AM2107'],
    ['transpose(X) @ X - X', 'AM2103'],
    ['(transpose(X) @ X) - X[0]', 'AM2103'],
    ['y == argmax(X over D)', 'AM2205'],
  ])('%s is refused by %s', (expression, code) => {
    expect(typeOfExpression(expression)).toContain(code);
  });
});

describe('reductions and binders', () => {
  it.each([
    ['sum(X over D)', 'real[N]'],
    ['mean(X over N, D)', 'real'],
    ['[n in N: z[n] * X[n]]', 'real[N, D]'],
    ['sum(n in N: X[n])', 'real[D]'],
    ['sum(n in N where z[n] > 0: X[n])', 'real[D]'],
    ['mean(i in N, j in N where i != j: z[i] * z[j])', 'real'],
    ['[i in 1..N-1: z[i] - z[i - 1]]', 'real[N - 1]'],
    ['[i in 0..N-3: mean(z[i..i+2])]', 'real[N - 2]'],
    ['argmax(i in N: z[i])', 'class(N)'],
    ['count(z > 0)', 'int'],
    ['sum(z > 0)', 'int'],
    ['mean(z > 0)', 'real'],
    ['[i in 3: i]', 'int[3]'],
  ])('%s is %s', (expression, type) => {
    expect(typeOfExpression(expression)).toBe(type);
  });

  it.each([
    ['sum(i in N: z[i + 1])', 'AM2110'],
    ['[i in 0..N: z[i]]', 'AM2110'],
    ['sum(X over K)', 'AM2106'],
    ['argmax(X)', 'AM2112'],
    ['mean(i in z: 1)', 'AM2119'],
  ])('%s is refused by %s', (expression, code) => {
    expect(typeOfExpression(expression)).toContain(code);
  });

  it('trusts a guard with an index that may leave its dimension', () => {
    expect(typeOfExpression('sum(i in N where i < N - 1: z[i + 1])')).toBe('real');
  });
});

describe('indexing', () => {
  it.each([
    ['X[0]', 'real[D]'],
    ['X[0, 1]', 'real'],
    ['X[1..3]', 'real[3, D]'],
    ['X[1..3, 0]', 'real[3]'],
    ['E[y]', 'real[N, 5]'],
    ['E[argmax(i in K: E[i, 0])]', 'real[5]'],
  ])('%s is %s', (expression, type) => {
    expect(typeOfExpression(expression, 'param E: real[K, 5] = 0')).toBe(type);
  });

  it('refuses an index of another dimension', () => {
    expect(typeOfExpression('X[y]')).toContain('AM2109');
  });
});

describe('calls', () => {
  const functions = `
fn huber(r: real, delta: real = 1): real = if abs(r) <= delta then r^2 / 2 else delta * (abs(r) - delta / 2)
fn soft(logits: real[..., C]): real[..., C] = logits
fn entropy(logits: real[..., C], label: class(C)[...]): real[...] = logsumexp(logits over C) - pick(logits, label)
fn square(v: real[d]): real = sum(v^2)
fn pairs(a: real[n], b: real[n + 1]): real[2 * n] = concat(a, a)
fn twice(f: fn(real): real, v: real[...]): real[...] = f(f(v))
fn first(v: real[d], k: int): real[k] = v[0..k-1]`;

  it.each([
    ['huber(z)', 'real[N]'],
    ['huber(X, delta = 2)', 'real[N, D]'],
    ['huber(X, mean(X over N))', 'real[N, D]'],
    ['soft(z)', 'real[N]'],
    ['soft(X)', 'real[N, D]'],
    ['entropy(L, y)', 'real[N]'],
    ['entropy(L[0], 0)', 'real'],
    ['square(X over N)', 'real[N]'],
    ['square(X over D)', 'real[D]'],
    ['pairs([1, 2], [1, 2, 3])', 'real[4]'],
    ['twice(tanh, X)', 'real[N, D]'],
    ['twice(huber1, X)', 'real[N, D]'],
    ['first(z, 3)', 'real[3]'],
  ])('%s is %s', (expression, type) => {
    const before = `${functions}\nfn huber1(r: real): real = huber(r)\nparam L: real[N, K] = 0`;
    expect(typeOfExpression(expression, before)).toBe(type);
  });

  it.each([
    ['huber(X, z)', 'AM2201'],
    ['entropy(X, y)', 'AM2201'],
    ['square(X)', 'AM2201'],
    ['pairs(z, z)', 'AM2201'],
    ['twice(square, z)', 'AM2206'],
    ['first(z, int(z[0]))', 'AM2111'],
    ['huber(z over K)', 'AM2106'],
  ])('%s is refused by %s', (expression, code) => {
    expect(typeOfExpression(expression, functions)).toContain(code);
  });

  it('makes the lift explicit', () => {
    const { problem } = checkText(`${table}${functions}\nreport a = huber(z)\nreport b = square(X over N)`);
    const [a, b] = problem?.reports ?? [];
    expect(a?.value).toMatchObject({ kind: 'call', lift: { kind: 'elementwise' } });
    expect(b?.value).toMatchObject({ kind: 'call', lift: { kind: 'over', over: [{ axes: [2] }] } });
  });

  it('fills defaults in parameter order', () => {
    const { problem } = checkText(`${functions}\nreport a = huber(delta = 3, r = 2)\nreport b = huber(2)`);
    const values = (problem?.reports ?? []).map(({ value }) =>
      value.kind === 'call'
        ? value.arguments.map((argument) => (argument.kind === 'constant' ? argument.value : undefined))
        : [],
    );
    expect(values).toEqual([
      [2, 3],
      [2, 1],
    ]);
  });

  it('widens ints where reals are declared', () => {
    const { problem } = checkText(`${functions}\nreport a = square([1, 2])`);
    const value = problem?.reports[0]?.value;
    expect(value?.kind === 'call' ? value.arguments[0]?.type : undefined).toMatchObject({
      element: { kind: 'real' },
    });
  });
});

describe('derivatives', () => {
  it.each([
    ['grad(mean(X @ w), w)', 'real[D]'],
    ['jacobian(X @ w, w)', 'real[N, D]'],
    ['hessian(sum(w^4), w)', 'real[D, D]'],
    ['hvp(sum(w^4), w, w)', 'real[D]'],
    ['jvp(X @ w, w, w)', 'real[N]'],
    ['vjp(X @ w, w, z)', 'real[D]'],
  ])('%s is %s', (expression, type) => {
    expect(typeOfExpression(expression, 'param w: real[D] = 0')).toBe(type);
  });

  it('of a scalar function lift with it', () => {
    const before = 'fn u(x: real): real = sin(x)\nfn du(x: real): real = grad(u(x), x)';
    expect(typeOfExpression('du(z)', before)).toBe('real[N]');
  });
});

describe('integers known before the run', () => {
  it('are dimensions, also in arithmetic', () => {
    const source = 'let S = 6, A = S / 2\nlet B = floor_div(S, 4)\nparam U: real[S, B + 1] = 0\nreport r = U';
    expect(typeOf(source, 'r')).toBe('real[S, B + 1]');
    expect(typeOf('let S = 6\nparam U: real[S] = [1, 2, 3, 4, 5, 6]\nreport r = U', 'r')).toBe('real[S]');
    expect(codesOf('let S = 6\nparam U: real[S] = [1, 2]')).toEqual(['AM2102']);
  });

  it('may be set from outside', () => {
    const source = 'hyper width: int in 2..64 = 8\nparam W: real[width, 2 * width] = 0\nreport r = W';
    expect(typeOf(source, 'r')).toBe('real[width, 2*width]');
  });

  it('that cannot be compared yet become checks', () => {
    const { problem, diagnostics } = checkText(
      'data { X: real[N, D] }\nparam w: real[3] = 0\nreport r = X @ w',
    );
    expect(diagnostics).toEqual([]);
    expect(problem?.sizeChecks.length).toBe(1);
  });

  it('are instantiated with the assumptions of a function', () => {
    const source = 'fn f(v: real[n], k: int): real = sum(v[0..k-1] * [i in floor_div(n, 2): 1.0])\n';
    expect(codesOf(`${source}report r = f([1, 2, 3, 4], 2)`)).toEqual([]);
    expect(codesOf(`${source}report r = f([1, 2, 3, 4], 3)`)).toEqual(['AM2201']);
  });
});

describe('bodies', () => {
  it('let an accumulator that starts at 0 hold reals', () => {
    const source =
      'fn f(v: real[n]): real { let s = 0 for i in n { s <- s + v[i] } return s }\nreport r = f([0.5])';
    expect(typeOf(source, 'r')).toBe('real');
  });

  it('keep a counter an int', () => {
    const source =
      'fn f(v: real[n]): int { let c = 0 for i in n { c <- c + 1 } return c }\nreport r = f([0.5])';
    expect(typeOf(source, 'r')).toBe('int');
  });

  it('are checked again without losing mistakes of the functions that they call', () => {
    const source = `fn f(v: real[n]): real { let s = 0 for i in n { s <- s + g(v[i]) } return s }
fn g(x: real): real = x + missing
module m(k: int)(x: real): real { let h = late(x) return h }
fn late(x: real): real = x + missing_too
model a = m(2)`;
    expect(codesOf(source)).toEqual(['AM2001', 'AM2001']);
  });

  it('have their own mistakes reported once, however often they are used', () => {
    const source = 'fn f(x: real): real = x + missing\nreport a = f(1)\nreport b = f(2)';
    expect(codesOf(source)).toEqual(['AM2001']);
  });
});

describe('models', () => {
  const net = `${table}import { mlp, linear } from std.nn
hyper width: int = 8
model net = mlp(inputs = D, hidden = [width, 32], outputs = K, activation = tanh)\n`;

  it('have parameters with paths, in source order', () => {
    const { problem, diagnostics } = checkText(net);
    expect(diagnostics).toEqual([]);
    expect(problem?.parameters.map(({ path }) => path)).toEqual([
      'net.layers[0].W',
      'net.layers[0].b',
      'net.layers[1].W',
      'net.layers[1].b',
      'net.last.W',
      'net.last.b',
    ]);
  });

  it('are called like functions, and their parameters are values', () => {
    expect(typeOf(`${net}report r = net(X)`, 'r')).toBe('real[N, K]');
    expect(typeOf(`${net}report r = net.layers[1].W`, 'r')).toBe('real[width, 32]');
    expect(typeOf(`${net}report r = sum(layer in net.layers: sum(layer.W^2))`, 'r')).toBe('real');
    expect(codesOf(`${net}report r = net(z)`)).toEqual(['AM2201']);
    expect(codesOf(`${net}report r = net.layer`)).toEqual(['AM2116']);
  });

  it('of a module that contains itself are refused', () => {
    expect(
      codesOf('module m(k: int)(x: real): real { model inner = m(k) return inner(x) }\nmodel a = m(2)'),
    ).toContain('AM2008');
  });
});

describe('optimizers', () => {
  it('have state of the shape of x, and may wrap others', () => {
    const source = `optimizer wrap(inner: optimizer, k: int = 3) {
  state m = 0, s: real = 1, H: real[k, P] = 0
  m <- 0.9 * m + g
  H[mod(t, k)] <- m
  x <- inner(x, s * m)
}
param w: real[3] = 1
minimize sum(w^2)
solve using wrap(adam(cosine(0.1)), k = 4) for 10 steps`;
    const { problem, diagnostics } = checkText(source);
    expect(diagnostics).toEqual([]);
    const argument = problem?.solves[0]?.optimizer.arguments[0];
    expect(argument?.kind).toBe('optimizer_value');
    const schedule = argument?.kind === 'optimizer_value' ? argument.arguments[0] : undefined;
    expect(schedule?.kind).toBe('schedule_call');
  });

  it('refuse a gradient of another size', () => {
    expect(codesOf('optimizer o() { x <- x - grad([1, 2]) }')).toEqual(['AM2102']);
  });
});

describe('rows under batch', () => {
  const solve = 'optimizer o() { x <- x - g }\nparam w: real[D] = 0\nsolve using o() batch 8 for 3 steps\n';

  it('may be averaged', () => {
    expect(codesOf(`${table}${solve}minimize mean((X @ w - z)^2) + sum(w^2)`)).toEqual([]);
  });

  it('are not summed, also not through a let, a function or a matrix product', () => {
    expect(codesOf(`${table}${solve}let r = X @ w - z\nminimize sum(r^2)`)).toEqual(['AM2611']);
    expect(codesOf(`${table}${solve}fn sq(v: real[n]): real = sum(v^2)\nminimize sq(X @ w - z)`)).toEqual([
      'AM2611',
    ]);
    expect(codesOf(`${table}${solve}minimize (X @ w) @ z`)).toEqual(['AM2611']);
  });

  it('may be summed over the whole table by total', () => {
    expect(codesOf(`${table}${solve}minimize total(N) * mean((X @ w - z)^2)`)).toEqual([]);
  });
});

describe('names', () => {
  it('of a file shadow the library', () => {
    expect(typeOf('fn huber(a: real[3]): int = 1\nreport r = huber([1, 2, 3])', 'r')).toBe('int');
  });

  it('are imported with an alias and from own files', () => {
    const source =
      'import { halved as half, plain } from "./mine.opt"\nparam w: real = 1\nminimize half(w)^2\nsolve using plain(0.1) for 2 steps';
    expect(codesOf(source)).toEqual([]);
  });

  it('all get their errors in one run', () => {
    expect(codesOf('let a = b\nlet c = d + a\nreport e = f(c)')).toEqual(['AM2001', 'AM2001', 'AM2001']);
  });

  it('with an error stay silent after it', () => {
    expect(codesOf(`${table}let a = X - z\nlet b = a + 1\nreport c = mean(b over N)`)).toEqual(['AM2103']);
  });
});

describe('hostile input', () => {
  it('that is a very long sum gets a diagnostic, not a stack overflow', () => {
    const text = `let a = ${Array.from({ length: 30_000 }, () => '1').join(' + ')}`;
    expect(() => checkText(text)).not.toThrow();
  });
});
