/**
 * Writes `grammar/argmin.ebnf`, `grammar/railroad.html` and the TextMate grammars from the parser's own rules and words.
 * `--check` fails when they are stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { grammarRules, lexicalRules } from './grammar-model.js';
import type { Part, Rule } from './grammar-model.js';
import { railroadPage } from './railroad.js';
import { textmateFiles } from './textmate.js';

const folder = fileURLToPath(new URL('../grammar', import.meta.url));
const width = 100;

function isCompound(part: Part): boolean {
  return part.kind === 'choice' || (part.kind === 'sequence' && part.parts.length > 1);
}

function ebnf(part: Part, inSequence = false): string {
  switch (part.kind) {
    case 'text':
      return JSON.stringify(part.text);
    case 'rule':
      return part.name;
    case 'sequence':
      return part.parts.map((inner) => ebnf(inner, true)).join(' ');
    case 'choice': {
      const text = part.parts.map((inner) => ebnf(inner)).join(' | ');
      return inSequence ? `(${text})` : text;
    }
    case 'option':
      return `[ ${ebnf(part.part)} ]`;
    case 'repetition':
      return `{ ${ebnf(part.part)} }`;
    default:
      return part satisfies never;
  }
}

function ruleText({ name, part, isReserved }: Rule): string {
  const head = `${isReserved ? '(* reserved for later *)\n' : ''}${name} =`;
  const flat = `${head} ${ebnf(part)} ;`;
  if (flat.length <= width || !isCompound(part)) return flat;
  if (part.kind === 'choice')
    return `${head}\n    ${part.parts.map((inner) => ebnf(inner)).join('\n  | ')}\n  ;`;
  return `${head}\n${wrapped(ebnf(part).split(' '))}\n  ;`;
}

function wrapped(words: readonly string[]): string {
  const lines = ['   '];
  for (const word of words) {
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + word.length > width) lines.push(`    ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}

const preface = `(* The grammar of Argmin, generated from the parser. Newlines mean nothing; comments run from "//" to the
   end of the line, and "///" documents what stands below it.

   Binary operators, from the tightest: "^" (to the right), unary "-", "@", "*" "/", "+" "-", ".." (once),
   comparisons (once), "not", "and", "or", then "if". Contextual words are Identifiers wherever the grammar
   does not ask for the word. *)`;

function ebnfText(rules: readonly Rule[]): string {
  const lexical = lexicalRules.map(([name, text]) => `${name} = ? ${text} ? ;`);
  return `${preface}\n\n${rules.map(ruleText).join('\n\n')}\n\n${lexical.join('\n')}\n`;
}

/** The generated files by path. */
export function grammarFiles(): ReadonlyMap<string, string> {
  const rules = grammarRules();
  return new Map([
    [path.join(folder, 'argmin.ebnf'), ebnfText(rules)],
    [path.join(folder, 'railroad.html'), railroadPage(rules, lexicalRules)],
    ...[...textmateFiles()].map(([name, text]) => [path.join(folder, name), text] as const),
  ]);
}

/** The generated files that differ from what is on disk. */
export function staleFiles(): readonly string[] {
  return [...grammarFiles()]
    .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
    .map(([file]) => file);
}

function main(): void {
  if (process.argv.includes('--check')) {
    const stale = staleFiles();
    if (stale.length === 0) return;
    process.stderr.write(`stale: ${stale.join(', ')}\nrun: npx tsx scripts/generate-grammar.ts\n`);
    process.exitCode = 1;
    return;
  }
  for (const [file, text] of grammarFiles()) writeFileSync(file, text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
