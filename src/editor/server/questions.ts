/**
 * Questions that take the whole compiler: what a step costs, whether the gradient is right. They are answered by a process of
 * their own, so that the server goes on answering keys.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { SourceFile } from '../../parser/source.js';

export type Question = 'cost' | 'gradients';

export type QuestionAnswer =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

interface Asked {
  readonly id: number;
  readonly question: Question;
  readonly source: SourceFile;
}

interface Answered {
  readonly id: number;
  readonly answer: QuestionAnswer;
}

export class Questions {
  private child: ChildProcess | undefined;
  private readonly waiting = new Map<number, (answer: QuestionAnswer) => void>();
  private readonly known = new Map<
    string,
    { readonly text: string; readonly answer: Promise<QuestionAnswer> }
  >();
  private count = 0;

  /** The same question about the same text is answered once. */
  ask(question: Question, source: SourceFile): Promise<QuestionAnswer> {
    const key = `${question} ${source.path}`;
    const known = this.known.get(key);
    if (known?.text === source.text) return known.answer;
    const answer = this.send(question, source);
    this.known.set(key, { text: source.text, answer });
    return answer;
  }

  /** A file that was read may have changed. */
  forget(): void {
    this.known.clear();
  }

  dispose(): void {
    this.child?.kill();
    this.fail('the server stops');
  }

  private send(question: Question, source: SourceFile): Promise<QuestionAnswer> {
    this.child ??= this.start();
    const id = (this.count += 1);
    const asked: Asked = { id, question, source: { path: source.path, text: source.text } };
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child?.send(asked);
    });
  }

  /** The program of this process once more, which answers questions instead of a client. */
  private start(): ChildProcess {
    const child = fork(process.argv[1] ?? '', ['lsp'], {
      env: { ...process.env, [role]: 'questions' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', ({ id, answer }: Answered) => {
      this.waiting.get(id)?.(answer);
      this.waiting.delete(id);
    });
    child.on('error', (error) => this.fail(error.message));
    child.on('exit', () => this.fail('the compiler stopped'));
    child.unref();
    child.channel?.unref();
    return child;
  }

  private fail(reason: string): void {
    this.child = undefined;
    this.known.clear();
    for (const resolve of this.waiting.values()) resolve({ ok: false, reason });
    this.waiting.clear();
  }
}

const role = 'ARGMIN_LSP_ROLE';

/** Whether this is the process that answers questions. */
export const answersQuestions = process.env[role] === 'questions' && process.send !== undefined;

/** What that process does, until the server is gone. */
export async function answerQuestions(): Promise<void> {
  process.on('message', ({ id, question, source }: Asked) => {
    void answerOf(question, source).then((answer) => process.send?.({ id, answer } satisfies Answered));
  });
  await new Promise<void>((resolve) => process.once('disconnect', () => resolve()));
}

async function answerOf(question: Question, source: SourceFile): Promise<QuestionAnswer> {
  try {
    return question === 'cost' ? await cost(source) : await gradients(source);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function cost(source: SourceFile): Promise<QuestionAnswer> {
  const { runPasses, startState } = await import('../../compile.js');
  const { amount } = await import('../../explain/amount.js');
  const { stepCosts } = await import('../../explain/step_cost.js');
  const { program, printed, diagnostics } = await runPasses(startState(source, {}));
  if (program === undefined || printed === undefined) {
    const error = diagnostics.find(({ severity }) => severity === 'error');
    return { ok: false, reason: error?.message ?? 'there is nothing to solve' };
  }
  const [first, ...more] = stepCosts(program, printed.schedules);
  if (first === undefined) return { ok: false, reason: 'there is nothing to solve' };
  const kernels = first.kernels?.run ?? 0;
  const text = `${amount(first.operations)}operations in ${kernels} ${kernels === 1 ? 'kernel' : 'kernels'} a step`;
  return { ok: true, text: more.length === 0 ? text : `${text} of the first phase` };
}

async function gradients(source: SourceFile): Promise<QuestionAnswer> {
  const { checkGradients, gradientCheckText } = await import('../../explain/gradient_check.js');
  const check = await checkGradients(source);
  return check.ok ? { ok: true, text: gradientCheckText(check.objectives) } : check;
}
