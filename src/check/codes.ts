/**
 * The codes of names, types and shapes (AM2xxx), each with a source that provokes it. `docs/errors.md` is made from
 * this table, and the tests of the diagnostics hold every example to its code.
 */
import { nestedCodes } from './nested_codes.js';
import { blackBox } from './black_box_codes.js';
import { games } from './games_codes.js';
import { distributionCodes } from './distribution_codes.js';

interface Entry<Code extends string> {
  readonly code: Code;
  readonly title: string;
  readonly explanation: string;
  readonly example: string;
}

function entry<Code extends string>(
  code: Code,
  title: string,
  explanation: string,
  example: string,
): Entry<Code> {
  return { code, title, explanation, example };
}

const names = [
  entry(
    'AM2001',
    'unknown name',
    'Neither the file, nor the library, nor the language defines this name. Names from `std/nn.opt` and from other files are imported.',
    'param w: real = 0\nminimize w_squared',
  ),
  entry(
    'AM2002',
    'name declared twice',
    'Every name of a file, a parameter list or a body means one thing. A new value of a name in a body is written `name <- ...`.',
    'let a = 1\nlet a = 2',
  ),
  entry(
    'AM2003',
    'definition in a circle',
    'Declarations may stand in any order, but none may need its own value, directly or through others.',
    'let a = b + 1\nlet b = 2 * a',
  ),
  entry(
    'AM2004',
    'not a value',
    'The name of a function, module, optimizer, schedule or model stands where a number or array is wanted.',
    'fn f(x: real): real = x\nreport a = 1 + f',
  ),
  entry(
    'AM2005',
    'file of an import not found',
    'The path of an import is relative to the importing file, and must stay inside its folder; `std.nn` names a file of the library.',
    'import { adam } from "./no_such.opt"',
  ),
  entry(
    'AM2006',
    'name not in the imported file',
    'An import takes functions, modules, optimizers and schedules that the other file defines.',
    'import { f } from "./empty.opt"',
  ),
  entry(
    'AM2007',
    'import in a circle',
    'Files import the name from each other, and none of them defines it.',
    'import { f } from "./circle.opt"',
  ),
  entry(
    'AM2008',
    'recursion',
    'Functions, schedules and modules do not contain themselves, directly or through others. A repetition is a `for`.',
    'fn f(x: real): real = x * f(x - 1)',
  ),
  entry(
    'AM2009',
    'not callable',
    'What stands before the parentheses is not a function or a model. A module is called by way of an instance of it.',
    'let a = 2\nreport b = a(3)',
  ),
  entry(
    'AM2010',
    'only in the program itself',
    'Files that are imported hold definitions and constants; data, parameters, models and hyperparameters stand in the program.',
    'import { scaled } from "./not_pure.opt"\nreport a = scaled(1)',
  ),
] as const;

const shapes = [
  entry(
    'AM2101',
    'unknown dimension',
    'A dimension is bound by `dim`, by the type of a data column or parameter of the file, by a parameter of the function, or is an integer known before the run.',
    'data { X: real[N, D] }\nreport m = mean(X over M)',
  ),
  entry(
    'AM2102',
    'type does not fit',
    'A value stands where another type is declared. Ints widen to reals; a scalar fills a declared array; nothing else changes by itself.',
    'param w: real[3] = [1, 2]',
  ),
  entry(
    'AM2103',
    'shapes do not agree',
    'Elementwise operations take a scalar with an array, equal shapes, or a trailing run of the same named dimensions. Anything else is written as a comprehension.',
    'data { logits: real[N, K] m: real[N] }\nreport centred = logits - m',
  ),
  entry(
    'AM2104',
    'matrix product does not agree',
    '`@` sums over the last dimension of the left operand and the second-to-last (or only) one of the right; they must be the same dimension.',
    'data { X: real[N, D] w: real[N] }\nreport p = X @ w',
  ),
  entry(
    'AM2105',
    'dimension occurs twice',
    'Where a dimension occurs twice in a type, its name does not say which axis is meant.',
    'data { A: real[n, n] }\nreport s = sum(A over n)',
  ),
  entry(
    'AM2106',
    'dimension not there',
    '`over` names a dimension that the operand (or any argument of the call) does not have.',
    'data { X: real[N, D] y: real[K] }\nreport s = sum(X over K)',
  ),
  entry(
    'AM2107',
    'no arithmetic of this kind',
    'Classes are indices without arithmetic, except that `class(2)` counts as 0 or 1 like a truth value; logic takes truth values.',
    'data { y: class(10)[N] }\nreport s = y + 1',
  ),
  entry(
    'AM2108',
    'condition is not one truth value',
    'The condition of `if`, `where`, `while` is a single truth value. A function of scalars applies elementwise, so an `if` for each element goes into one.',
    'data { x: real[N] }\nreport r = if x > 0 then x else 0',
  ),
  entry(
    'AM2109',
    'wrong index',
    'Indices are ints or classes of the dimension they index, at most one for each axis; an array of indices stands alone.',
    'data { x: real[N] }\nreport r = x[0.5]',
  ),
  entry(
    'AM2110',
    'index out of range',
    'The index certainly leaves the dimension, and no guard stands in between.',
    'data { x: real[N] }\nreport r = sum(i in N: x[i + 1] - x[i])',
  ),
  entry(
    'AM2111',
    'not known before the run',
    'Sizes, bounds of loops and numbers of models are integers known before the run: literals, dimensions, `hyper`, `let` and `dim` ints and their arithmetic.',
    'data { y: class(3)[N] }\nreport r = zeros(int(y[0]))',
  ),
  entry(
    'AM2112',
    'wrong operand of a reduction',
    '`any`, `all` and `count` ask truth values; `argmax` and `argmin` find an index of one dimension; binders belong to reductions.',
    'data { x: real[N] }\nreport r = any(x)',
  ),
  entry(
    'AM2113',
    'elements of different types',
    'The elements of a list, and the body of a comprehension, are numbers or arrays of one type.',
    'data { x: real[N] }\nreport r = [1, x]',
  ),
  entry(
    'AM2114',
    'no value of its own',
    'Strings, ranges and `all except` mean something only in certain places.',
    'let a = 1..3',
  ),
  entry(
    'AM2115',
    'branches of different types',
    'Whichever branch of an `if` is taken, the value has one type.',
    'data { x: real[N] y: real[K] }\nparam b: real\nreport r = if b > 0 then x else y',
  ),
  entry(
    'AM2116',
    'no such field',
    'Fields belong to records and models: a record has the fields of its type, a model its parameters and submodels.',
    'let r = { value = 1 }\nreport a = r.valu',
  ),
  entry(
    'AM2117',
    'shapes hold different numbers of elements',
    '`reshape` keeps the elements, so both shapes hold equally many.',
    'data { X: real[N, 6] }\nreport r = reshape(X, N, 2, 4)',
  ),
  entry(
    'AM2118',
    'initialiser out of place',
    '`glorot()`, `he()` and `lecun()` are starts of parameters, whose shape they take.',
    'let W = glorot()',
  ),
  entry(
    'AM2119',
    'wrong range of an index',
    'An index runs over a dimension, an int or a range `a..b` that does not end before it begins.',
    'data { x: real[N] }\nreport r = sum(i in x: 1)',
  ),
] as const;

const calls = [
  entry(
    'AM2201',
    'arguments do not fit',
    'The call fits no way of calling the function: as declared, elementwise when all its parameters are scalars, or mapped by `over`. The notes list the candidate and the reason.',
    'fn dot3(a: real[n], b: real[n]): real = sum(a * b)\nreport r = dot3([1, 2], [1, 2, 3])',
  ),
  entry(
    'AM2202',
    'no such parameter',
    'An argument is named like no parameter of what is called.',
    'fn f(scale: real): real = scale\nreport r = f(scal = 2)',
  ),
  entry(
    'AM2203',
    'argument missing',
    'A parameter without default got no argument.',
    'fn f(x: real, y: real): real = x + y\nreport r = f(1)',
  ),
  entry(
    'AM2204',
    'too many arguments',
    'There are more arguments than parameters, or two for one parameter.',
    'fn f(x: real): real = x\nreport r = f(1, 2)',
  ),
  entry(
    'AM2205',
    'classes cannot be compared',
    'A class is compared with a class of the same dimension, or with an int that is one of its indices.',
    'data { y: class(3)[N] }\nreport r = mean(y == 3)',
  ),
  entry(
    'AM2206',
    'not the wanted function',
    'A function is handed over where one with other parameters or another result is wanted.',
    'fn twice(f: fn(real): real): real = f(f(1))\nfn g(a: real, b: real): real = a\nreport r = twice(g)',
  ),
] as const;

const statements = [
  entry(
    'AM2301',
    'cannot be updated',
    '`name <- ...` gives a new value to a name bound in the same body by `let` or `state`, or to `x` of an optimizer.',
    'fn f(x: real): real { x <- 2 return x }',
  ),
  entry(
    'AM2302',
    'update changes the type',
    'A name keeps its element and shape. Give it the final shape where it is bound, for instance by `zeros(n)`.',
    'fn f(x: real[n]): real { let s = 0 for i in n { s <- x } return s }',
  ),
  entry(
    'AM2303',
    'return missing or misplaced',
    'The body of a function or module ends in `return`, and has no other.',
    'fn f(x: real): real { let y = x }',
  ),
  entry(
    'AM2304',
    'statement out of place',
    '`state` and `per tensor` belong to optimizers, `param` and `model` to modules and the top of a file, `assert` to tests.',
    'fn f(x: real): real { state s = 0 return x }',
  ),
  entry(
    'AM2305',
    'loop over a list with a condition',
    'A loop over a static list is unrolled before the run and has no `while`.',
    'module m(sizes: int[k])(x: real): real {\n  let y = x\n  for s in sizes while y > 0 { y <- y - 1 }\n  return y\n}',
  ),
] as const;

const derivatives = [
  entry(
    'AM2401',
    'derivative with respect to what is no name',
    'Derivatives are taken with respect to a name that is bound to reals; everything computed from it counts as its function.',
    'param w: real = 0\nreport r = grad(w^2, 2 * w)',
  ),
  entry(
    'AM2402',
    'derivative of what is not one number',
    '`grad`, `hessian` and `hvp` differentiate a scalar; for arrays there are `jacobian`, `jvp` and `vjp`.',
    'param w: real[3] = 0\nreport r = grad(w^2, w)',
  ),
  entry(
    'AM2403',
    'question about the objective outside an optimizer',
    '`value`, `residuals` and the like ask about the objective at another point, and only the body of an optimizer has one.',
    'param w: real[3] = 0\nreport r = value(w)',
  ),
] as const;

const data = [
  entry(
    'AM2501',
    'columns outside data',
    '`columns`, `column`, `characters` and `array` read the file of a `data` block, and stand there.',
    'let x = column(price)',
  ),
  entry(
    'AM2502',
    'data is not read like this',
    'The forms are `columns(a..b, c)`, `columns(all except d)`, `column(c)`, `characters()` and `array()`, with a declared type of fitting rank.',
    'data "a.csv" { x: real = column(a) }',
  ),
  entry(
    'AM2503',
    'needed before it is known',
    'Data, starts of parameters and hyperparameters are computed once, before parameters have values.',
    'param w: real = 0\ndata { x: real[N] y: real[N] = w * x }',
  ),
  entry(
    'AM2504',
    'draw out of place',
    '`~` stands in `data`, drawn once for the table, in `param`, drawn once for the start, and in a `let` of the program, of a module or of an optimizer, drawn at every step. A function draws nothing: its calls have no names by which their draws could be told apart; only the `sample` of a distribution does, outside of loops, for the name that `~` gives a value.',
    'fn noisy(a: real): real {\n  let z ~ normal(0, 1)\n  return a + z\n}',
  ),
  entry(
    'AM2505',
    'not a distribution',
    'After `~` stands a distribution with its parameters: one of the library, or one that the file defines.',
    'param w: real[3] ~ gaussian(0, 1)',
  ),
  entry(
    'AM2506',
    'unknown split',
    '`on NAME` refers to a part of the data that `split` names.',
    'data "a.csv" split train 80%, test 20% { x: real[N] = column(x) }\nreport m = mean(x) on tests',
  ),
  entry(
    'AM2507',
    'unknown format',
    'After `as` stands one of csv, tsv, json, npy, text.',
    'data "a.dat" as xls { x: real[N] = column(x) }',
  ),
  entry(
    'AM2508',
    'a draw in a report',
    'What a `let` draws has a value only while a step is taken. A report takes the mean over fresh draws where it says over how many, by `samples = n`; `training()` is false in it.',
    'param w: real = 0\nlet z ~ normal(0, 1)\nminimize (w - z)^2\nsolve using gradient_descent(0.1)\nreport r = w - z',
  ),
  entry(
    'AM2509',
    'impossible parameter of a draw',
    'A distribution says by `possible` which parameters it can have: a deviation is not negative, probabilities lie in the simplex. Parameters that are computed are checked in the run, which ends as diverged.',
    'param w: real = 0\nlet z ~ normal(0, -1)\nminimize (w - z)^2\nsolve using gradient_descent(0.1)',
  ),
  entry(
    'AM2510',
    'not a state of the problem',
    'Between declarations, `<-` says what a `state` of the problem becomes at each step. Parameters are changed by the optimizer alone.',
    'param w: real = 0\nminimize w^2\nw <- w + 1\nsolve using gradient_descent(0.1)',
  ),
  entry(
    'AM2511',
    'update of a state out of order',
    'A state of the problem has one update, of the whole value: all updates of a step are made at once, from the values at its start.',
    'state a: real = 0\na <- a + 1\na <- 2 * a',
  ),
  entry(
    'AM2512',
    'copy out of order',
    '`snapshot(e)` and `ema(e, decay)` stand alone on the right side of a `let` or a `model` of the program; a snapshot may be taken `every` so many steps or epochs.',
    'param w: real = 0\nlet old = ema(w)\nminimize (w - old)^2\nsolve using gradient_descent(0.1)',
  ),
] as const;

const problem = [
  entry(
    'AM2601',
    'not a module',
    'A `model` is an instance of a module, or a comprehension or list of instances.',
    'model m = 3',
  ),
  entry('AM2602', 'parameter is not real', 'What is optimized varies continuously.', 'param k: int = 3'),
  entry(
    'AM2603',
    'wrong hyperparameter',
    'A hyperparameter is one real, int or bool with a value and, if wanted, an interval.',
    'hyper lr: real[3] = 0.1',
  ),
  entry(
    'AM2604',
    'schedule out of place',
    'A schedule has a value for each step, and stands where an optimizer takes a real.',
    'schedule half(a: real) = a / 2\nlet b = half(1)',
  ),
  entry(
    'AM2606',
    'objective or report of the wrong type',
    'An objective is one number; a report is a number or an array of numbers.',
    'param w: real[3] = 1\nminimize w^2',
  ),
  entry(
    'AM2607',
    'not an optimizer',
    'After `using` stands an optimizer of the library, of an imported file or of this one.',
    'param w: real = 1\nfn f(x: real): real = x\nminimize w^2\nsolve using f(1) for 3 steps',
  ),
  entry(
    'AM2608',
    'solve without its one objective',
    'A `solve` minimizes or maximizes one objective, chosen by label where there are several, or aggregates the gradients of several (`on`).',
    'optimizer o() { x <- x - g }\nsolve using o() for 3 steps',
  ),
  entry(
    'AM2609',
    'until without a truth value',
    '`until` takes a condition on grad_norm, value or step.',
    'param w: real = 1\noptimizer o() { x <- x - g }\nminimize w^2\nsolve using o() until 1e-8',
  ),
  entry(
    'AM2610',
    'batch without rows',
    '`batch` samples rows of a table of `data`.',
    'param w: real = 1\noptimizer o() { x <- x - g }\nminimize w^2\nsolve using o() batch 8 for 3 steps',
  ),
  entry(
    'AM2611',
    'sum over sampled rows',
    'Under `batch` the rows are those of the batch, and nothing is rescaled in secret: a sum over them would grow with the batch size. Write `mean(...)`, or `total(N) * mean(...)`.',
    'data { x: real[N] }\nparam w: real = 1\noptimizer o() { x <- x - g }\nminimize sum((w - x)^2)\nsolve using o() batch 8 for 3 steps',
  ),
  entry(
    'AM2620',
    'aggregator of another form',
    'An aggregator takes the Jacobian first, a row for each objective, and gives a vector like a row.',
    'aggregator a(J: real[m, n]): real[m] = [i in m: sum(J[i])]',
  ),
  entry(
    'AM2621',
    'not an aggregator',
    'After `on` stands an aggregator of the library, of an imported file or of this one.',
    'param w: real = 1\noptimizer o() { x <- x - g }\nfn f(x: real): real = x\nminimize a: w^2\nminimize b: w\nsolve using o() on f for 3 steps',
  ),
  entry(
    'AM2622',
    'aggregator with one objective',
    'An aggregator makes one direction of the gradients of several objectives; one needs none.',
    'param w: real = 1\noptimizer o() { x <- x - g }\naggregator s(J: real[m, n]): real[n] = [j in n: sum(i in m: J[i, j])]\nminimize a: w^2\nsolve using o() on s for 3 steps',
  ),
  entry(
    'AM2623',
    'aggregated objectives on different rows',
    'The rows of one Jacobian come from one set of rows: give the objectives the same `on SPLIT`.',
    'data "a.csv" split train 50%, test 50% { x: real[N] = column(x) }\nparam w: real = 1\noptimizer o() { x <- x - g }\naggregator s(J: real[m, n]): real[n] = [j in n: sum(i in m: J[i, j])]\nminimize a: mean(w * x)\nminimize b: mean((w - x)^2) on test\nsolve using o() on s for 3 steps',
  ),
  entry(
    'AM2624',
    'several objectives without labels',
    'The result has a value for each of several objectives, under its label.',
    'param w: real = 1\noptimizer o() { x <- x - g }\naggregator s(J: real[m, n]): real[n] = [j in n: sum(i in m: J[i, j])]\nminimize a: w\nminimize w^2\nsolve using o() on s for 3 steps',
  ),
  entry(
    'AM2700',
    'state of an aggregator that starts from the Jacobian',
    'A state starts before the first step; the Jacobian, the values `f` and the step `t` come with each step.',
    'aggregator a(J: real[m, n]): real[n] {\n  state last: real[m, n] = J\n  return sum(J + last over m)\n}',
  ),
  entry(
    'AM2701',
    'two fronts',
    'A file has one `solve front`: `front` and `preference` speak of it.',
    'param x: real = 1\noptimizer o() { x <- x - g }\nfn s(f: real[m], preference: real[m]): real = dot(preference, f)\nminimize a: x^2\nminimize b: (x - 1)^2\nsolve front 3 using o() on s for 3 steps\nsolve front 4 using o() on s for 3 steps',
  ),
  entry(
    'AM2702',
    'front that is read before it is known',
    '`front` has the values at all points, so only reports read it.',
    'param x: real = 1\noptimizer o() { x <- x - g }\nfn s(f: real[m], preference: real[m]): real = dot(preference, f)\nminimize a: x^2 + front[0, 0]\nminimize b: (x - 1)^2\nsolve front 3 using o() on s for 3 steps',
  ),
  entry(
    'AM2703',
    'front whose points are all the same',
    'The points of a front differ by their preference, which the method or the objectives read, or by a random start.',
    'param x: real = 1\noptimizer o() { x <- x - g }\nfn s(f: real[m]): real = sum(i in m: f[i])\nminimize a: x^2\nminimize b: (x - 1)^2\nsolve front 3 using o() on s for 3 steps',
  ),
  entry(
    'AM2704',
    'front without several objectives or a method',
    'A front is that of several objectives, and `on` says how its points are sought.',
    'param x: real = 1\noptimizer o() { x <- x - g }\nminimize x^2\nsolve front 3 using o() for 3 steps',
  ),
  entry(
    'AM2705',
    'unknown property of an aggregator',
    'An aggregator may declare that it is `non_conflicting`, `permutation_invariant` or `linear_under_scaling`.',
    'aggregator a(J: real[m, n]): real[n] is harmless = [j in n: sum(i in m: J[i, j])]',
  ),
  entry(
    'AM2706',
    'property that cannot be tried',
    'Properties are tried on random Jacobians, so the other parameters of the aggregator need defaults.',
    'aggregator a(J: real[m, n], c: real): real[n] is permutation_invariant = [j in n: c * sum(i in m: J[i, j])]',
  ),
  entry(
    'AM2630',
    'not a set',
    'After `in` at a parameter, and after the value in `project(v, SET)`, stands a set of the library or one defined by `set`.',
    'param w: real[3] in normal = 1',
  ),
  entry(
    'AM2631',
    'set without the operation',
    'A way of keeping a parameter in its set needs operations of the set: `by projection` needs `project`, `by map` needs `map` and `coordinates`.',
    'set odd { fn contains(v: real): bool = mod(v, 2) == 1 }\nparam w: real in odd = 1',
  ),
  entry(
    'AM2632',
    'unknown way of keeping a parameter in its set',
    'A parameter is kept in its set `by projection`, `by retraction`, `by mirror`, `by barrier`, `by map` or `by lmo`.',
    'set line { fn project(v: real[n]): real[n] = v }\nparam w: real[3] in line by luck = 1',
  ),
  entry(
    'AM2633',
    'wrong operation of a set',
    'A set defines any of `project`, `contains`, `lmo`, `map`, `coordinates`, `barrier`, `retract`, `tangent`, `mirror`, `unmirror`, each a function of the point; `retract` and `tangent` take a direction too.',
    'set line { fn nearest(v: real[n]): real[n] = v }',
  ),
  entry(
    'AM2680',
    'map in a module',
    'Copies of a model copy its parameters, so a module applies `map(z, SET)` itself to a free parameter.',
    'set positive { fn map(z: real): real = exp(z)\n fn coordinates(v: real): real = log(v) }\nmodule scale()(x: real[n]): real[n] { param s: real in positive by map = 1\n return s * x }\nmodel net = scale()\nminimize sum(net([1, 2])^2)',
  ),
  entry(
    'AM2681',
    'optimizer that needs another operation of a set',
    "The optimizer asks every variable's set for an operation. A variable without a set is its own projection, retraction and mirror image, and has no `lmo`.",
    'optimizer o() { x <- x + 0.1 * (lmo(g) - x) }\nparam w: real[2] = 1\nminimize sum(w^2)\nsolve using o() for 3 steps',
  ),
  entry(
    'AM2682',
    'optimizer that does not keep a variable in its set',
    'By `lmo` the optimizer keeps the variable in its set, as `frank_wolfe` does.',
    'set ends { fn lmo(g: real[n]): real[n] = -sign(g) }\noptimizer o() { x <- x - g }\nparam w: real[2] in ends = 0\nminimize sum(w^2)\nsolve using o() for 3 steps',
  ),
  entry(
    'AM2683',
    'barrier beside several objectives',
    'A barrier is added to one objective; several, aggregated, have no place for it.',
    'set positive { fn barrier(v: real): real = -log(v) }\nparam w: real in positive by barrier = 1\noptimizer o() { x <- x - g }\naggregator s(J: real[m, n]): real[n] = [j in n: sum(i in m: J[i, j])]\nminimize a: w\nminimize b: w^2\nsolve using o() on s for 3 steps',
  ),
  entry(
    'AM2684',
    'another way than projection in a nested problem',
    'The parameters of a nested problem are kept in their sets by projection.',
    'set positive { fn map(z: real): real = exp(z)\n fn coordinates(v: real): real = log(v) }\noptimizer o() { x <- x - g }\nparam w: real = 1\nlet s = argmin { param v: real in positive by map = 1\n minimize (v - w)^2\n solve using o() for 3 steps }\nminimize s^2\nsolve using o() for 3 steps',
  ),
  entry(
    'AM2685',
    'optimizer of a nested problem that asks for sets',
    'In a nested problem parameters are projected after each step; its optimizer does not call `project(y)`, `lmo(g)` and the like itself.',
    'optimizer o() { x <- project(x - g) }\nparam w: real = 1\nlet s = argmin { param v: real = 1\n minimize (v - w)^2\n solve using o() for 3 steps }\noptimizer p() { x <- x - g }\nminimize s^2\nsolve using p() for 3 steps',
  ),
  entry(
    'AM2640',
    'not a constraint',
    'A constraint compares two values by `<=`, `>=` or `==`; of arrays it is one for each element.',
    'param w: real = 1\nsubject to w < 2',
  ),
  entry(
    'AM2641',
    'constraints without a handler',
    'A `solve` of a problem with constraints says how they are handled: `solve using lbfgs() by augmented_lagrangian()`.',
    'optimizer o() { x <- x - g }\nparam w: real = 1\nminimize w^2\nsubject to w >= 2\nsolve using o() for 3 steps',
  ),
  entry(
    'AM2642',
    'handler without constraints',
    'A handler makes one objective of an objective and constraints, and there are none.',
    'optimizer o() { x <- x - g }\nhandler h() { minimize f }\nparam w: real = 1\nminimize w^2\nsolve using o() by h() for 3 steps',
  ),
  entry(
    'AM2643',
    'optimizer and handler confused',
    'After `using` stands an optimizer, after `by` a handler.',
    'optimizer o() { x <- x - g }\nparam w: real = 1\nminimize w^2\nsubject to w >= 2\nsolve using o() by o() for 3 steps',
  ),
  entry(
    'AM2644',
    'handler where it cannot work',
    'A handler takes one objective with a value; an aggregator makes a direction of several gradients.',
    'optimizer o() { x <- x - g }\nhandler h() { minimize f }\naggregator a(J: real[m, n]): real[n] = J[0]\nparam w: real = 1\nminimize one: w^2\nminimize two: w\nsubject to w >= 2\nsolve using o() by h() on a for 3 steps',
  ),
  entry(
    'AM2645',
    'handler that minimizes over the point',
    'What a handler minimizes is a function of `f`, `eq`, `ineq` and its states.',
    'handler h() { minimize f + sum(x^2) }',
  ),
  entry(
    'AM2646',
    'handler that changes something before its `minimize`',
    'Before `minimize` a handler binds names and declares states; it updates states behind it, for the next step.',
    'handler h() {\n  state k: real = 1\n  k <- 2 * k\n  minimize f + k * sum(eq^2)\n}',
  ),
  entry(
    'AM2690',
    'what an optimizer of constraints does not take',
    'An optimizer with a `minimize` of its own treats constraints itself: it takes no handler, no `batch`, no aggregator, no proxies, and no parameters in sets.',
    'optimizer o() {\n  minimize f + sum(eq)\n  x <- x - g\n}\nhandler h() { minimize f }\nparam w: real = 1\nminimize w^2\nsubject to w == 2\nsolve using o() by h() for 3 steps',
  ),
  entry(
    'AM2691',
    'handler that wraps an optimizer',
    'A handler stands beside the optimizer: `solve using lbfgs() by augmented_lagrangian()`.',
    'handler h(inner: optimizer) { minimize f }',
  ),
  entry(
    'AM2694',
    'question about constraints where none are seen',
    '`equalities(y)` and `inequalities(y)` stand in an optimizer that has a `minimize` of its own, or in a handler.',
    'optimizer o() { x <- x - sum(inequalities(x)) * g }',
  ),
  entry(
    'AM2740',
    'vector that is no model',
    'A model made of other models has as many numbers as the first model that it names has parameters.',
    'module m(n: int)(x: real[n]): real {\n  param w: real[n] = 1\n  return dot(w, x)\n}\nmodel a = m(2)\nmodel b = sum(a^2)',
  ),
  entry(
    'AM2741',
    '`per tensor` below the top of a body',
    'The body of an optimizer is cut into tensors at its top, not in an `if` or a loop.',
    'optimizer o() {\n  if t > 3 {\n    per tensor { x <- x - g }\n  }\n}',
  ),
  entry(
    'AM2742',
    'rows behind the first axis under `batch`',
    'A parameter, a state or a column of data has its rows along its first axis, where the sampled ones are gathered.',
    'data { X: real[N] }\nparam W: real[3, N] = 0\nminimize mean([n in N: (W[0, n] - X[n])^2])\nsolve using adam() batch 4 for 5 steps',
  ),
  entry(
    'AM2901',
    'nested too deeply',
    'The file nests expressions deeper than the checker follows; several `let`s do instead.',
    '',
  ),
] as const;

const processes = [
  entry(
    'AM2710',
    'name that a process cannot update',
    'A process updates parameters and states of the file, and names that its own body binds. Everything else is computed from these.',
    'param w: real = 1\nlet a = 2 * w\nsolve for 10 steps { a <- a + 1 }',
  ),
  entry(
    'AM2711',
    'process without effect',
    'The body of a process updates parameters or states of the file: nothing else lasts from step to step.',
    'state s: real = 1\nsolve for 10 steps {\n  let a = 2 * s\n}',
  ),
  entry(
    'AM2715',
    'history out of place',
    '`history(e)` stands in a report, and is of numbers: the value of `e` at every step of a phase.',
    'param w: real = 1\nlet h = history(w)\nminimize w^2\nsolve using adam() for 5 steps',
  ),
  entry(
    'AM2716',
    'history of a phase without a number of steps',
    'A history has one entry for each step of a phase of the file, whose length is given in steps.',
    'param w: real = 1\nminimize w^2\nsolve using adam() for 5 steps\nreport h = history(w, 2)',
  ),
  entry(
    'AM2717',
    'derivative rule that does not fit its function',
    'A derivative rule gives, for parameters of the function that are real, a value of the type of each: the direction times the Jacobian.',
    'fn f(a: real, b: real): real = a * b\nderivative(u) = u',
  ),
  entry(
    'AM2713',
    'block that is made anew, with a column from outside',
    'A `data` block that reads a snapshot is made anew whenever the snapshot is; columns of a file or of the host stand in a block of their own.',
    'dim N = 4\nparam w: real = 1\nlet old = snapshot(w)\ndata {\n  X: real[N]\n  Y: real[N] = [n in N: old]\n}\nminimize mean((Y - w * X)^2)\nsolve using adam()',
  ),
  entry(
    'AM2714',
    'snapshots of one block at different times',
    'A `data` block that reads several snapshots is made anew when they are, so all of them are taken at the same steps.',
    'dim N = 4\nparam w: real = 1\nlet a = snapshot(w) every 2 steps\nlet b = snapshot(w) every 3 steps\ndata {\n  Y: real[N] = [n in N: a + b]\n}\nminimize mean((Y - w)^2)\nsolve using adam()',
  ),
] as const;

export const checkCodes = [
  ...names,
  ...shapes,
  ...calls,
  ...statements,
  ...derivatives,
  ...data,
  ...problem,
  ...nestedCodes,
  ...blackBox,
  ...processes,
  ...games,
  ...distributionCodes,
] as const;

export type CheckCode = (typeof checkCodes)[number]['code'];
