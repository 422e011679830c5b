import { describe, expect, it } from 'vitest';
import { grammarRules } from '../../scripts/grammar-model.js';
import type { Part } from '../../scripts/grammar-model.js';
import { grammarFiles, staleFiles } from '../../scripts/generate-grammar.js';

function namesIn(part: Part): string[] {
  switch (part.kind) {
    case 'rule':
      return [part.name];
    case 'text':
      return [];
    case 'sequence':
    case 'choice':
      return part.parts.flatMap(namesIn);
    default:
      return namesIn(part.part);
  }
}

describe('the generated grammar', () => {
  it('is up to date (npx tsx scripts/generate-grammar.ts)', () => {
    expect(staleFiles()).toEqual([]);
  });

  it('defines every rule that it mentions', () => {
    const ebnf = [...grammarFiles().values()][0] ?? '';
    for (const name of grammarRules().flatMap(({ part }) => namesIn(part))) {
      expect(ebnf).toContain(`\n${name} =`);
    }
  });

  it('shows the text of terminals', () => {
    const ebnf = [...grammarFiles().values()][0] ?? '';
    expect(ebnf).toContain('conditional = "if" expression "then" expression "else" expression ;');
    expect(ebnf).not.toMatch(/LeftParenthesis|RightBrace|Comma|Minimize/);
  });
});
