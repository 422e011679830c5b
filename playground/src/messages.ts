/** What the page and its workers say to each other. */
import type { ResultObject } from '../../src/runtime/result.js';
import type { Origin } from '../../src/runtime/webgpu/plan.js';

export type Target = 'auto' | 'webgpu' | 'wasm' | 'javascript';

export interface RunRequest {
  readonly kind: 'run';
  readonly text: string;
  readonly path: string;
  /** Files that the program may read, by path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly target: Target;
}

/** What is made of a source: a text, and for code which of its lines come from which of the source's. */
export interface Generated {
  readonly text: string;
  readonly origins: readonly Origin[];
}

export type GeneratedKind = 'mathematics' | 'typescript' | 'wgsl';

export type ToRunWorker = RunRequest | { readonly kind: 'stop' };

export interface CurvePoint {
  readonly step: number;
  readonly objective: number;
}

export type FromRunWorker =
  /** Sign of life, with the stage that has begun. */
  | { readonly kind: 'stage'; readonly stage: string }
  | {
      readonly kind: 'compiled';
      readonly device: string;
      /** What was made on the way. */
      readonly generated: { readonly [Kind in GeneratedKind]?: Generated };
    }
  | {
      readonly kind: 'progress';
      readonly phase: number;
      readonly title: string;
      readonly step: number;
      readonly steps: number;
      /** Since the last message. */
      readonly points: readonly CurvePoint[];
    }
  | {
      readonly kind: 'done';
      readonly result: ResultObject;
      readonly notes: string;
      readonly stopped: boolean;
    }
  /** Errors in the program or its data, or a run that could not begin; the diagnostics as text, where there are some. */
  | { readonly kind: 'failed'; readonly message: string; readonly notes?: string };

export interface PlainRange {
  readonly start: number;
  readonly end: number;
}

export interface PlainDiagnostic extends PlainRange {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly fixes: readonly { readonly title: string; readonly edits: readonly PlainEdit[] }[];
}

export interface PlainEdit extends PlainRange {
  readonly newText: string;
}

export interface PlainCompletion {
  readonly label: string;
  readonly detail: string;
  readonly documentation: string;
  readonly insert: string;
  /** Smaller comes first. */
  readonly rank: number;
  readonly kind: string;
}

/** Questions to the language service; each is answered by what stands behind its name. */
export interface LanguageQuestions {
  readonly diagnose: {
    readonly question: { readonly text: string };
    readonly answer: readonly PlainDiagnostic[];
  };
  readonly complete: {
    readonly question: { readonly text: string; readonly offset: number };
    readonly answer: { readonly from: number; readonly items: readonly PlainCompletion[] };
  };
  readonly hover: {
    readonly question: { readonly text: string; readonly offset: number };
    readonly answer: (PlainRange & { readonly text: string }) | undefined;
  };
  readonly format: { readonly question: { readonly text: string }; readonly answer: readonly PlainEdit[] };
}

/** A question to the worker that generates code. */
export interface GenerateQuestions {
  readonly generate: {
    readonly question: {
      readonly text: string;
      readonly wanted: GeneratedKind;
      readonly files: RunRequest['files'];
    };
    readonly answer:
      { readonly ok: true; readonly generated: Generated } | { readonly ok: false; readonly reason: string };
  };
}

/** What can be asked of a worker, by name: a question about a text, and its answer. */
export type Questions = Readonly<
  Record<string, { readonly question: { readonly text: string }; readonly answer: unknown }>
>;

export type Request<Asked> = {
  readonly [Name in keyof Asked]: {
    readonly id: number;
    readonly kind: Name;
    readonly path: string;
    readonly question: Asked[Name] extends { readonly question: infer Question } ? Question : never;
  };
}[keyof Asked];

export interface Answer {
  readonly id: number;
  readonly answer: unknown;
}
