/** Emitted modules, imported. */
import { transform } from 'esbuild';

export interface Progress {
  readonly step: number;
  readonly objective: number;
}

export interface Result {
  readonly status: string;
  readonly steps: number;
  readonly objective: number;
  readonly params: Readonly<Record<string, Float64Array>>;
  readonly reports: Readonly<Record<string, number>>;
}

export interface Emitted {
  readonly sizes: Readonly<Record<string, unknown>>;
  readonly train: (
    data: Readonly<Record<string, ArrayLike<number>>>,
    options?: {
      readonly seed?: number;
      readonly steps?: number;
      readonly signal?: AbortSignal;
      readonly onStep?: (progress: Progress) => void | 'stop';
    },
  ) => Promise<Result>;
}

let imported = 0;

/** Each time a module of its own. */
export async function importText(text: string): Promise<Emitted> {
  imported += 1;
  const { code } = await transform(`${text}// ${imported}`, { loader: 'ts', format: 'esm' });
  const own = `${code}// ${imported}`;
  return (await import(`data:text/javascript;base64,${Buffer.from(own).toString('base64')}`)) as Emitted;
}
