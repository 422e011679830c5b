/** The TextMate grammar against the parser's own tokens, on every source of the repository. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import type { IGrammar } from 'vscode-textmate';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDocument } from '../../src/editor/document.js';
import { usesOf } from '../../src/editor/names.js';
import {
  endOf,
  Identifier,
  isOfType,
  NumberToken,
  ReservedWord,
  StringToken,
  tokenize,
} from '../../src/parser/tokens.js';
import { realSources } from '../parser/sources.js';
import { workspaceOf } from './documents.js';

const file = new URL('../../grammar/argmin.tmLanguage.json', import.meta.url);
let grammar: IGrammar;

beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
  await oniguruma.loadWASM(readFileSync(wasm));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: () => Promise.resolve(textmate.parseRawGrammar(readFileSync(file, 'utf8'), 'argmin.json')),
  });
  grammar = (await registry.loadGrammar('source.argmin'))!;
});

/** The innermost scope at every offset. */
function scopesOf(text: string): string[] {
  const scopes: string[] = [];
  let state = textmate.INITIAL;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes: found } of tokens) {
      for (let at = startIndex; at < Math.min(endIndex, line.length); at += 1)
        scopes.push(found.at(-1) ?? '');
    }
    scopes.push('');
    state = ruleStack;
  }
  return scopes;
}

describe('the TextMate grammar', () => {
  it.each(realSources)('tells the tokens of $path apart as the parser does', ({ path, text }) => {
    const scopes = scopesOf(text);
    const names = new Set(
      [...usesOf(openDocument(workspaceOf(), path, text))].map(({ range }) => range.start),
    );
    const { tokens, comments } = tokenize(text);
    const wrong: string[] = [];
    const expectScope = (start: number, end: number, pattern: RegExp): void => {
      for (let at = start; at < end; at += 1) {
        if (pattern.test(scopes[at] ?? '')) continue;
        const line = text.slice(0, start).split('\n').length;
        wrong.push(`${line}: ${text.slice(start, end)} is ${scopes[at]}, not ${pattern.source}`);
        return;
      }
    };
    for (const token of comments) expectScope(token.startOffset, endOf(token), /^comment/);
    for (const token of tokens) {
      const { tokenType: type, startOffset: start } = token;
      const end = endOf(token);
      if (isOfType(type, StringToken)) expectScope(start, end, /^string/);
      else if (type === NumberToken) expectScope(start, end, /^constant\.numeric/);
      else if (['true', 'false'].includes(token.image)) expectScope(start, end, /^constant\.language/);
      else if (isOfType(type, ReservedWord)) expectScope(start, end, /^(keyword|support\.type)/);
      else if (type === Identifier) expectScope(start, end, /^(variable|entity|support)/);
      else if (isOfType(type, Identifier)) {
        expectScope(start, end, names.has(start) ? /^(variable|entity)/ : /^keyword/);
      } else expectScope(start, end, /^(keyword\.operator|punctuation)/);
    }
    expect(wrong).toEqual([]);
  });

  it('shows what belongs to other languages as wrong', () => {
    const scopes = scopesOf('let a = b && c;');
    expect(scopes[10]).toBe('invalid.illegal.argmin');
    expect(scopes[14]).toBe('invalid.illegal.argmin');
  });
});
