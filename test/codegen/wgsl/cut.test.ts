/** Control flow cut into pieces: small parts join in one workgroup, large ones get the grid, loops and branches keep their meaning. */
import { describe, expect, it } from 'vitest';
import { cutSchedule } from '../../../src/codegen/wgsl/cut.js';
import type { Composition, Part } from '../../../src/codegen/wgsl/cut.js';
import type { Condition, Piece, Write } from '../../../src/codegen/wgsl/pieces.js';
import { dispatchesOf } from '../../../src/codegen/wgsl/pieces.js';
import type { Buffer, Place, Schedule } from '../../../src/ir/nest.js';
import { makePlace } from '../../../src/ir/schedule.js';

function place(label: string, size = 1): Place {
  const home = { kind: 'fixed', offset: 0 } as const;
  const buffer: Buffer = { id: 0, dtype: 'int', size, label, home, values: undefined };
  return makePlace('int', size, label, buffer);
}

function copy(label: string, size: number): Schedule {
  return { kind: 'copy', from: place(`${label}'`, size), to: place(label, size), size };
}

const small = (label: string): Schedule => copy(label, 8);
const large = (label: string): Schedule => copy(label, 1e6);
const sequence = (...steps: Schedule[]): Schedule => ({ kind: 'sequence', steps });

function loop(max: number, body: Schedule, test?: Schedule): Schedule {
  const condition = test === undefined ? undefined : { schedule: test, flag: place('go') };
  return { kind: 'repeat', max, turn: place('turn'), condition, body };
}

function cut(schedule: Schedule, composition: Composition = 'auto', conditions: readonly Condition[] = []) {
  const makeCell = (label: string): Place => place(label);
  const options = { composition, threads: 64, runs: 'often', makeCell } as const;
  return cutSchedule([schedule], options, conditions);
}

/** `grid(a) [b c] 3x{...}`, with `if go` before what is conditional. */
function text(pieces: readonly Piece[]): string {
  return pieces.map(pieceText).join(' ');
}

function pieceText(piece: Piece): string {
  switch (piece.kind) {
    case 'grid':
      return `${conditionText(piece.conditions)}grid(${partText(piece.leaf)})`;
    case 'workgroup':
      return `${conditionText(piece.conditions)}[${piece.parts.map(partText).join(' ')}]`;
    case 'repeat':
      return `${piece.count}x{${text(piece.body)}}`;
    case 'while':
      return `${piece.max}x ${piece.flag.label}?{${text(piece.body)}}`;
    case 'if':
      return `${piece.flag.label}?{${text(piece.then)}}:{${text(piece.otherwise)}}`;
  }
}

function conditionText(conditions: readonly Condition[]): string {
  return conditions.map(({ cell, is }) => `${is === 'zero' ? 'unless' : 'if'} ${cell.label} `).join('');
}

function partText(part: Part): string {
  switch (part.kind) {
    case 'copy':
      return part.to.label;
    case 'write':
      return writeText(part);
    case 'repeat':
      return `loop(${part.condition === undefined ? '' : `${partText(part.condition.schedule)}; `}${partText(part.body)})`;
    case 'sequence':
      return part.steps.map(partText).join(' ');
    case 'if':
      return `choice(${partText(part.then)}; ${partText(part.otherwise)})`;
    default:
      return part.kind;
  }
}

function writeText({ to, value }: Write): string {
  switch (value.kind) {
    case 'constant':
      return `${to.label}=${value.value}`;
    case 'increment':
      return `${to.label}++`;
    case 'below':
      return `${to.label}&=${value.from.label}<${value.limit}`;
    default:
      return `${to.label}=${value.kind}`;
  }
}

describe('cutting a schedule for a device', () => {
  it('joins small parts in one workgroup and gives large ones the grid', () => {
    const all = sequence(small('a'), small('b'), large('c'), sequence(small('d'), small('e')));
    expect(text(cut(all))).toBe('[a b] grid(c) [d e]');
    expect(text(cut(all, 'grid'))).toBe('grid(a) grid(b) grid(c) grid(d) grid(e)');
    expect(cut(all, 'workgroup')).toHaveLength(1);
  });

  it('keeps a small loop whole', () => {
    expect(text(cut(sequence(small('a'), loop(9, small('b'), small('c')))))).toBe('[a loop(c; b)]');
  });

  it('lets the device count the turns of a loop over large parts', () => {
    expect(text(cut(loop(3, large('a'))))).toBe('[turn=0] 3x{grid(a) [turn++]}');
  });

  it('makes turns after the end of a loop do nothing, where they are few', () => {
    const pieces = cut(loop(4, large('a'), small('c')), 'auto', [{ cell: place('done'), is: 'zero' }]);
    expect(text(pieces)).toBe(
      'unless done [turn=0 c] 4x{unless done if go grid(a) unless done if go [turn++ c]}',
    );
  });

  it('looks at the flag now and then where turns may be many, and keeps their number', () => {
    const pieces = cut(loop(1000, large('a'), small('c')));
    const found =
      /^\[turn=0 c\] (\d+)x go\?\{(\d+)x\{if go grid\(a\) if go \[turn\+\+ c go&=turn<1000\]\}\}$/.exec(
        text(pieces),
      );
    expect(found).not.toBeNull();
    const [turns, atOnce] = [Number(found?.[1]), Number(found?.[2])];
    expect(turns * atOnce).toBeGreaterThanOrEqual(1000);
    expect((turns - 1) * atOnce).toBeLessThan(1000);
  });

  it('runs both branches of a choice, one of which does nothing', () => {
    const choice: Schedule = { kind: 'if', flag: place('f'), then: large('a'), otherwise: large('b') };
    expect(text(cut(choice))).toBe('if f grid(a) unless f grid(b)');
  });

  it('lets the host choose between long branches', () => {
    const long = (label: string): Schedule =>
      sequence(...Array.from({ length: 60 }, (_, k) => large(`${label}${k}`)));
    const pieces = cut({ kind: 'if', flag: place('f'), then: long('a'), otherwise: long('b') });
    expect(pieces).toHaveLength(1);
    expect(pieces[0]).toMatchObject({ kind: 'if', flag: { label: 'f' } });
    expect(dispatchesOf(pieces)).toBe(60);
  });

  it('counts turns of loops within loops', () => {
    expect(text(cut(loop(3, sequence(large('a'), loop(2, large('b'))))))).toBe(
      '[turn=0] 3x{grid(a) [turn=0] 2x{grid(b) [turn++]} [turn++]}',
    );
    expect(dispatchesOf(cut(loop(3, sequence(large('a'), loop(2, large('b'))))))).toBe(
      1 + 3 * (1 + 1 + 4 + 1),
    );
  });
});
