/** Questions to a worker, as promises. */
import type { Answer, Questions } from './messages.js';
import type { Role } from './worker.js';

/** A question that takes longer is given up with its worker. */
const patienceMilliseconds = 10_000;

export class QuestionClient<Asked extends { readonly [Kind in keyof Asked]: Questions[string] }> {
  private worker: Worker;
  private nextId = 0;
  private readonly waiting = new Map<
    number,
    { readonly done: (answer: unknown) => void; readonly timer: number }
  >();

  constructor(private readonly role: Role) {
    this.worker = this.start();
  }

  /** Undefined when there is no answer: the question was given up. */
  ask<Kind extends keyof Asked>(
    kind: Kind,
    path: string,
    question: Asked[Kind]['question'],
  ): Promise<Asked[Kind]['answer'] | undefined> {
    this.nextId += 1;
    const id = this.nextId;
    return new Promise((resolve) => {
      const timer = window.setTimeout(() => this.restart(), patienceMilliseconds);
      this.waiting.set(id, { done: resolve, timer });
      this.worker.postMessage({ id, kind, path, question });
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.postMessage({ role: this.role });
    worker.onmessage = ({ data }: MessageEvent<Answer>): void => {
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      window.clearTimeout(waiting?.timer);
      waiting?.done(data.answer);
    };
    return worker;
  }

  private restart(): void {
    this.worker.terminate();
    for (const { done, timer } of this.waiting.values()) {
      window.clearTimeout(timer);
      done(undefined);
    }
    this.waiting.clear();
    this.worker = this.start();
  }
}
