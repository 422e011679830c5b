/** What a nested problem may hold, and what it says of the rest. */
import { describe, expect, it } from 'vitest';
import { checkText, codesOf } from './checking.js';

const holding = (inside: string): string => `
  param w: real[3] = 1
  let s = argmin { ${inside} }
  minimize sum(w^2)
  solve using gradient_descent() for 3 steps`;

const sound = 'param v: real = 0  minimize (v - w[0])^2  solve using adam() for 3 steps';

describe('a nested problem', () => {
  it('has the type of its parameter, or of a record of them', () => {
    const { diagnostics } = checkText(`
      ${holding('param v: real[3] = w  param u: real = 0  minimize sum((v - u)^2)  solve using adam() for 3 steps')}
      report v = s.v + w
      report u = s.u`);
    expect(diagnostics).toEqual([]);
    expect(codesOf(`${holding(sound)}\nreport r = s.v`)).toEqual(['AM2116']);
  });

  it('reads the names around it, and its own in any order', () => {
    const inside = 'let b = a + 1  let a = 2 * v  param v: real = 0  minimize (a * b - w[1])^2';
    expect(codesOf(holding(`${inside}  solve using adam(exp(w[2])) for 3 steps`))).toEqual([]);
  });

  it.each([
    ['a circle of names', `let a = b  let b = a  ${sound}`, ['AM2003', 'AM2003']],
    ['a draw', `let e ~ normal(0, 1)  ${sound}`, ['AM2662']],
    ['an objective over some variables', sound.replace('^2', '^2 over v'), ['AM2662']],
    ['an objective on a split', sound.replace('^2', '^2 on train'), ['AM2662']],
    ['a second objective', `${sound}  minimize v^2`, ['AM2660']],
    ['no length', sound.replace('for 3 steps', ''), ['AM2662']],
    ['epochs', sound.replace('steps', 'epochs'), ['AM2662']],
    ['a front', sound.replace('solve', 'solve front 3'), ['AM2662']],
    ['an array to minimize', sound.replace('(v - w[0])^2', 'w * v'), ['AM2606']],
    ['an unknown number of steps', sound.replace('3 steps', 'int(w[0]) steps'), ['AM2503']],
  ])('is told of %s', (_, inside, codes) => {
    expect(codesOf(holding(inside))).toEqual(codes);
  });
});
