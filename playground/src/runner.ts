/**
 * The worker that solves, seen from the page: one at a time, with a limit on how long it may be silent. A worker that
 * says nothing for so long (an endless loop inside a step) is ended and made anew, and the page goes on.
 */
import type { FromRunWorker, RunRequest } from './messages.js';

/** Compiling a large program takes seconds on a slow phone. */
const silenceMilliseconds = 15_000;

export class Runner {
  private worker: Worker | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private running = false;

  /** @param limit how long a worker may be silent while it solves, in milliseconds */
  constructor(
    private readonly onMessage: (message: FromRunWorker) => void,
    private readonly limit: number = silenceMilliseconds,
  ) {}

  /** Loads the compiler before it is wanted. */
  warmUp(): void {
    this.worker ??= this.start();
  }

  run(request: RunRequest): void {
    if (this.running) this.replace();
    this.running = true;
    this.listen();
    this.worker ??= this.start();
    this.worker.postMessage(request);
  }

  /** Asks politely; a run that does not answer soon is ended with its worker. */
  stop(): void {
    if (!this.running) return;
    this.worker?.postMessage({ kind: 'stop' });
    this.listen(1000);
  }

  /** Ends a run that nobody wants to hear of any more. */
  abandon(): void {
    if (this.running) this.replace();
  }

  private start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.postMessage({ role: 'run' });
    worker.onmessage = ({ data }: MessageEvent<FromRunWorker>): void => {
      if (data.kind === 'done' || data.kind === 'failed') {
        this.running = false;
        clearTimeout(this.silence);
      } else if (this.running) this.listen();
      this.onMessage(data);
    };
    worker.onerror = (event): void => {
      this.give(`the compiler failed: ${event.message}`);
    };
    return worker;
  }

  private listen(limit = this.limit): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.give(`stopped: a step took longer than ${Math.round(limit / 1000)} s without a sign of life`);
    }, limit);
  }

  private give(message: string): void {
    this.replace();
    this.onMessage({ kind: 'failed', message });
  }

  private replace(): void {
    clearTimeout(this.silence);
    this.running = false;
    this.worker?.terminate();
    this.worker = this.start();
  }
}
