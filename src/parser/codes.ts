/**
 * The codes of syntax errors (AM1xxx). `docs/errors.md` is made from this table, and the tests of the diagnostics
 * hold every example to its code.
 */

export interface SyntaxCode {
  readonly code: string;
  readonly title: string;
  readonly explanation: string;
  /** A source that provokes it. */
  readonly example: string;
}

const entry = (code: string, title: string, explanation: string, example: string): SyntaxCode => ({
  code,
  title,
  explanation,
  example,
});

const mistakes: readonly SyntaxCode[] = [
  entry(
    'AM1001',
    'character outside the language',
    'No word, number or sign begins with this character. Names are made of the letters a to z, digits and `_`; comments begin with `//`.',
    'let price = 3 $ 2',
  ),
  entry(
    'AM1002',
    'text without closing quote',
    'A text ends on the line where it begins.',
    'data "a.csv { }',
  ),
  entry(
    'AM1003',
    'unknown escape',
    'The escapes in a text are `\\"`, `\\\\`, `\\n` and `\\t`.',
    'data "a\\q.csv" { x: real[N] = column(x) }',
  ),
  entry('AM1004', 'number too large', 'The number exceeds what 64 bits can hold.', 'let a = 1e999'),
  entry(
    'AM1005',
    'semicolon',
    'Nothing ends with a semicolon: statements are told apart by how they begin.',
    'let a = 1;',
  ),
  entry(
    'AM1010',
    'something else was expected',
    'The words at this place do not fit the grammar. The message says what could stand here.',
    'report loss 3',
  ),
  entry(
    'AM1011',
    'reserved word as a name',
    'Words that begin declarations and statements, and those that shape expressions, cannot be names.',
    'let data = 3',
  ),
  entry(
    'AM1012',
    'missing expression',
    'An operator, a sign or a keyword waits for an expression that is not there.',
    'let a = 3 * * 2',
  ),
  entry(
    'AM1013',
    'misplaced `<-`',
    '`<-` updates a name that exists; a new name begins with `let` and takes `=`.',
    'let a <- 3',
  ),
  entry(
    'AM1014',
    'percent outside of a split',
    'A share is written as a number everywhere else: `0.8`.',
    'let a = 80%',
  ),
  entry(
    'AM1015',
    'two operands side by side',
    'No operator is implied: a product is written `a * b`.',
    'let a = 2 x',
  ),
  entry(
    'AM1020',
    'chained comparison',
    'Comparisons do not chain; join two of them by `and`.',
    'let a = 0 < 1 < 2',
  ),
  entry(
    'AM1021',
    '`<-` in an expression',
    '`<-` is always one sign. To compare with a negative, leave a space: `a < -b`.',
    'let a = 3 <-2',
  ),
  entry(
    'AM1022',
    'range with three ends',
    'A range has two ends, both included.',
    'let a = sum(i in 1..2..3: i)',
  ),
  entry(
    'AM1023',
    'operator of another language',
    '`and`, `or`, `not`, `^` and `!=` are written so.',
    'let a = 2 ** 3',
  ),
  entry(
    'AM1024',
    'guard in a comprehension',
    'An array has an element for every index, so a comprehension takes no `where`.',
    'let a = [i in 3 where i > 0: i]',
  ),
  entry(
    'AM1025',
    'binders on something unnamed',
    'Only a named reduction such as `sum` takes binders.',
    'let a = f(1)(i in 3: i)',
  ),
  entry(
    'AM1026',
    'loop without a bound',
    'Every loop has a bound, so that memory and derivatives are planned: `for k in 1..30 while c { ... }`.',
    'fn f(a: real): real { while a > 1 { a <- a / 2 } return a }',
  ),
  entry(
    'AM1027',
    'unknown type',
    'The types are `real`, `int`, `bool`, `class(K)`, their arrays, `optimizer`, `schedule`, `fn(...)` and records.',
    'param a: float = 0',
  ),
  entry(
    'AM1028',
    'wrong parentheses in a type',
    '`class` takes the number of classes, and no other type takes anything in parentheses.',
    'param a: real(3) = 0',
  ),
  entry(
    'AM1029',
    'update with `=`',
    'A name that exists is updated with `<-`, and a new name begins with `let`.',
    'fn f(a: real): real {\n  let b = a\n  b = 2\n  return b\n}',
  ),
  entry(
    'AM1030',
    'split named twice',
    'Each split has a name of its own.',
    'data "a.csv" split train 50%, train 50% { x: real[N] = column(x) }',
  ),
  entry(
    'AM1031',
    'too much',
    'Brackets and blocks nest 200 levels deep, expressions 1000 operators, and a file is read up to its 250th syntax error.',
    `let a = ${'('.repeat(201)}1${')'.repeat(201)}`,
  ),
  entry(
    'AM1032',
    'splits that are not 100%',
    'Every row belongs to one split, so the shares add up to 100%.',
    'data "a.csv" split train 80%, test 30% { x: real[N] = column(x) }',
  ),
  entry('AM1033', 'clause written twice', 'Each clause stands once.', 'minimize 1 on train on test'),
  entry('AM1034', 'unknown precision', 'The precisions are `f32` and `f64`.', 'precision f16'),
  entry(
    'AM1035',
    'declaration without a keyword',
    'Every declaration begins with a keyword.',
    'let a = 1\nb = 2',
  ),
  entry(
    'AM1070',
    'a second `minimize` in one body',
    'An optimizer that treats constraints itself minimizes one value of the objective and the constraints.',
    'optimizer o() {\n  minimize f\n  minimize sum(eq^2)\n  x <- x - g\n}',
  ),
];

const processes: readonly SyntaxCode[] = [
  entry(
    'AM1080',
    'epochs of a process',
    'A process takes no batches, so there is no pass over a table that its length could count.',
    'state a: real = 0\nsolve for 10 epochs { a <- a + 1 }',
  ),
];

/** Forms that are reserved: each leaves this table when it is built. */
const notYet: readonly SyntaxCode[] = [
  entry(
    'AM1048',
    'unknown `per`',
    '`per tensor { ... }` is the only form for now.',
    'optimizer f() { per matrix (r, c) { x <- g } }',
  ),
  entry(
    'AM1049',
    'optimizer over structured variables',
    'Every optimizer sees all parameters as one vector for now.',
    'optimizer f() over u: real[n] { x <- g }',
  ),
];

export const syntaxCodes: readonly SyntaxCode[] = [...mistakes, ...processes, ...notYet];
