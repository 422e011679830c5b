/**
 * Panels: neighbouring columns of a matrix side by side, one line an element of the summed axis, so that a product reads
 * them from front to back. A panel may begin with lines, squares or single cells of where it comes from; more than
 * counts may be read and written, since what is read too much is never used.
 */
import { at, range } from '../../ir/types.js';
import { get } from './code.js';
import type { Code } from './code.js';
import { plus, times } from './integer.js';
import type { Word } from './integer.js';
import { transposed } from './lane-moves.js';
import { advance, behind, repeatFor, variable } from './loops.js';
import type { CodeScope } from './loops.js';
import type { ProgramCode } from './program-code.js';
import { bytesOf, lanesOf, loadReal, realConstant, storeReal } from './real.js';

/** One side of a product: where its next element lies along the axis that is not summed and along the summed one, in bytes. */
export interface Side {
  readonly start: Word;
  readonly across: number;
  readonly along: number;
}

export interface PanelShape {
  /** Columns of a panel, of which `valid` count. */
  readonly width: number;
  readonly valid: number;
  /** The most lines that a panel has. */
  readonly depth: number;
}

/** Bytes that are read together wherever they are. */
const line = 64;

/** How far the next panel is; some way more than it needs, so that panels do not share their places in the cache. */
export function panelBytes({ width, depth }: PanelShape, bytes: number): number {
  return Math.ceil(depth / 4) * 4 * width * bytes + line;
}

/** Room for panels, with what is written too much. */
export function roomFor(panels: number, shape: PanelShape, bytes: number): number {
  return Math.ceil((panels + groupOf(shape, bytes)) * panelBytes(shape, bytes));
}

function groupOf({ width }: PanelShape, bytes: number): number {
  return Math.max(1, Math.floor(line / (width * bytes)));
}

/** Panels of neighbouring columns, from `start` on. */
export function packPanels(
  source: Side,
  shape: PanelShape,
  panels: Word,
  lines: Word,
  start: Word,
  program: ProgramCode,
  scope: CodeScope,
): void {
  const bytes = bytesOf[program.precision];
  const vectorForm = lanesOf[program.precision];
  const { lanes } = vectorForm;
  const { width, valid } = shape;
  const chunks = range(Math.ceil(width / lanes));
  const distance = panelBytes(shape, bytes);
  const next = width * bytes;
  const inLines = source.across === bytes;
  const group = inLines ? groupOf(shape, bytes) : 1;
  repeatFor(scope, panels, group, (panel, outer) => {
    const from = variable(outer, plus(source.start, times(panel, width * source.across)));
    const to = variable(outer, plus(start, times(panel, distance)));
    const write = (inner: CodeScope, offset: number, value: Code, form = vectorForm): void =>
      inner.push(storeReal(form, { base: get(to), offset }, value));
    if (inLines) {
      repeatFor(outer, lines, 1, (_, inner) => {
        for (const each of range(group)) {
          for (const chunk of chunks) {
            const place = behind(get(from), each * next + chunk * 16);
            write(inner, each * distance + chunk * 16, loadReal(vectorForm, place));
          }
        }
        advance(inner, from, source.along);
        advance(inner, to, next);
      });
    } else if (source.along === bytes) {
      repeatFor(outer, lines, lanes, (_, inner) => {
        const squares = chunks.map((chunk) => {
          const columns = range(lanes).map((lane) => {
            const column = chunk * lanes + lane;
            const value =
              column < valid
                ? loadReal(vectorForm, behind(get(from), column * source.across))
                : realConstant(vectorForm, 0);
            return get(variable(inner, value)) as Code<'v128'>;
          });
          return transposed(columns, inner);
        });
        // Line by line: what one line has too much the next one overwrites.
        for (const turn of range(lanes)) {
          squares.forEach((square, chunk) => write(inner, turn * next + chunk * 16, at(square, turn)));
        }
        advance(inner, from, lanes * source.along);
        advance(inner, to, lanes * next);
      });
    } else {
      const { form } = program;
      repeatFor(outer, lines, 1, (_, inner) => {
        for (const column of range(valid)) {
          write(inner, column * bytes, loadReal(form, behind(get(from), column * source.across)), form);
        }
        advance(inner, from, source.along);
        advance(inner, to, next);
      });
    }
  });
}
