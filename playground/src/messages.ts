/** What the page and its workers say to each other. */
import type { ResultObject } from '../../src/runtime/result.js';

export type Target = 'auto' | 'webgpu' | 'wasm' | 'javascript';

export interface RunRequest {
  readonly kind: 'run';
  readonly text: string;
  readonly path: string;
  /** Files that the program may read, by path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly target: Target;
}

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
      readonly mathematics: string;
      readonly typescript: string;
      readonly wgsl: string;
      readonly device: string;
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
  /** Errors in the program or its data, or a run that could not begin: the text of the diagnostics. */
  | { readonly kind: 'failed'; readonly message: string };

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

export type LanguageRequest = {
  readonly [Name in keyof LanguageQuestions]: {
    readonly id: number;
    readonly kind: Name;
    readonly path: string;
    readonly question: LanguageQuestions[Name]['question'];
  };
}[keyof LanguageQuestions];

export interface LanguageAnswer {
  readonly id: number;
  readonly answer: unknown;
}
