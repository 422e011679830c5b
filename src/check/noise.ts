/**
 * Primitive noise. A draw of any distribution is a call of its `sample`, a function of the parameters and of noise:
 * at every step of a problem the noise is drawn under the name, and in the body of another `sample` it is a further
 * parameter of that function. So a body may draw from other distributions, and stays a function.
 */
import type { Span } from '../parser/source.js';
import { reference } from './convert.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import type { Session } from './session.js';
import { isScalar, realElement, realScalar } from './type_facts.js';
import type { Turn, TypedDraw, TypedExpression, ValueSymbol } from './typed.js';
import type { ArrayType, RunSymbol } from './types.js';

export type NoiseKind = TypedDraw['noise'];

/** Gives noise of a type; undefined after a diagnostic. */
export interface NoiseSource {
  /** Forgets what was drawn at a place: a body may be checked again. */
  readonly begin: (place: Span) => void;
  readonly draw: (kind: NoiseKind, type: ArrayType, span: Span) => TypedExpression | undefined;
}

/** Noise drawn under a name, each time from a lane of its own; without a path once, under the name being drawn. */
export class DrawnNoise implements NoiseSource {
  private lanes = 0;

  constructor(
    private readonly path: string | undefined,
    /** The loops around the name. */
    private readonly turns: readonly Turn[],
  ) {}

  begin(): void {
    this.lanes = 0;
  }

  draw(kind: NoiseKind, type: ArrayType, span: Span): TypedDraw {
    const lane = this.lanes;
    this.lanes += 1;
    const { path, turns } = this;
    return { kind: 'draw', noise: kind, lane, type, path, turns, span };
  }
}

interface NoiseParameter {
  readonly kind: NoiseKind;
  readonly symbol: ValueSymbol;
}

/** Noise that the body of a `sample` is given: parameters behind those of the distribution. */
export class GivenNoise implements NoiseSource {
  private readonly byPlace = new Map<number, NoiseParameter[]>();
  private place = 0;

  constructor(
    private readonly session: Session,
    private readonly run: RunSymbol | undefined,
    /** Of numbers alone: what it draws is given as numbers, so that the call lifts elementwise. */
    private readonly scalars: boolean,
  ) {}

  get parameters(): readonly NoiseParameter[] {
    return [...this.byPlace.values()].flat();
  }

  begin(place: Span): void {
    this.place = place.start;
    this.byPlace.delete(place.start);
  }

  draw(kind: NoiseKind, type: ArrayType, span: Span): TypedExpression | undefined {
    if (!this.scalars || isScalar(type.shape)) return this.drawRun(kind, type, span);
    const { dimensions } = type.shape;
    const sizes = dimensions.map((dimension) => this.session.concrete(dimension));
    if (sizes.length !== 1 || sizes[0] === undefined || sizes[0] < 1 || sizes[0] > 64) {
      this.refuse(type, span, 'beside numbers this distribution draws lists of a known length, at most 64');
      return undefined;
    }
    const elements = Array.from({ length: sizes[0] }, () => this.parameter(kind, realScalar, span));
    return { kind: 'list', elements, type, span };
  }

  private drawRun(kind: NoiseKind, type: ArrayType, span: Span): TypedExpression | undefined {
    if (type.shape.run === this.run) return this.parameter(kind, type, span);
    this.refuse(type, span, 'one for each value that is drawn: its type begins with `...`');
    return undefined;
  }

  private refuse(type: ArrayType, span: Span, note: string): void {
    this.session.error('AM2673', span, `\`sample\` cannot draw noise that is ${printType(type)}`, {
      notes: [note],
    });
  }

  private parameter(kind: NoiseKind, type: ArrayType, span: Span): TypedExpression {
    const parameters = this.byPlace.get(this.place) ?? [];
    this.byPlace.set(this.place, parameters);
    const symbol = freshSymbol(
      `noise_${this.parameters.length}`,
      'argument',
      { ...type, element: realElement },
      span,
    );
    parameters.push({ kind, symbol });
    return reference(symbol, span);
  }
}
