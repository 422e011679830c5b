/** What a name is: its declaration or type, its documentation, and what is known of its value before any run. */
import { describe } from '../check/names.js';
import { objectiveFacts } from '../check/analysis/objective_facts.js';
import { problemFacts } from '../check/analysis/problem_facts.js';
import type { Facts } from '../check/analysis/facts.js';
import { curvatureText } from '../explain/objectives.js';
import type { Declaration } from '../parser/ast.js';
import { hasErrors } from '../parser/diagnostic.js';
import type { Document, TextRange } from './document.js';
import { gradientFormulas } from './gradient.js';
import { headerOf, parameterText, textOf } from './headers.js';
import type { PlacedUse } from './names.js';
import { useAt } from './names.js';
import { parameterCount } from './parameter_count.js';
import type { Binding } from './bindings.js';
import { targetOf } from './target.js';
import type { Target } from './target.js';
import { tokenAt } from './tokens_at.js';
import { occurrenceAt, typeText, valueAt } from './typing.js';
import { givenHelp, keywordHelp } from './words.js';

export interface Hover {
  readonly range: TextRange;
  /** A line or more of the language, to be shown as code. */
  readonly code: string;
  /** Paragraphs of Markdown. */
  readonly text: readonly string[];
}

export function hover(document: Document, offset: number): Hover | undefined {
  const at = document.clamp(offset);
  const use = useAt(document, at);
  if (use === undefined) return keywordAt(document, at);
  const target = targetOf(document, use);
  const { code, text } = target === undefined ? unresolved(document, use) : described(document, use, target);
  return code === '' ? undefined : { range: use.range, code, text: text.filter((each) => each !== '') };
}

interface Description {
  readonly code: string;
  readonly text: readonly string[];
}

/** Columns of the data, members of models and records: what the checker found of them. */
function unresolved(document: Document, { use, range }: PlacedUse): Description {
  if (use.role === 'column') return { code: use.name.name, text: ['A column of the data file.'] };
  if (use.role === 'clause') return { code: '', text: [] };
  const entity = occurrenceAt(document, range.start)?.entity;
  return { code: entity === undefined ? '' : describe(entity), text: [] };
}

function described(document: Document, use: PlacedUse, target: Target): Description {
  switch (target.kind) {
    case 'local':
      return local(document, use, target.binding, target.location?.range.start);
    case 'file':
      return ofFile(document, use, target.name.declaration, target.name.name, target.location.range.start);
    case 'outside': {
      const { declaration, file, name } = target.definition;
      return { code: outsideHeader(declaration, name.name), text: [docOf(declaration), `*${file.path}*`] };
    }
    case 'member':
      return {
        code: textOf(target.statement.span).split('\n')[0] ?? '',
        text: [target.statement.doc, memberType(document, use)],
      };
    case 'parameter':
      return { code: parameterText(target.parameter), text: [] };
    case 'given':
      return { code: target.name, text: [givenHelp[target.name] ?? ''] };
    case 'builtin':
      return { code: target.builtin.signature, text: [target.builtin.doc] };
    default:
      return target satisfies never;
  }
}

/** What the checker found the type of a member to be, where a name of the file is meant. */
function memberType(document: Document, { range }: PlacedUse): string {
  const entity = occurrenceAt(document, range.start)?.entity;
  return entity === undefined ? '' : `\`${describe(entity)}\``;
}

function local(
  document: Document,
  use: PlacedUse,
  binding: Binding,
  definedAt: number | undefined,
): Description {
  const { name, kind, type } = binding;
  if (kind === 'implicit') {
    const found = typeText(valueAt(document, use.range.start)?.type);
    return { code: found === undefined ? name : `${name}: ${found}`, text: [givenHelp[name] ?? ''] };
  }
  if (kind === 'dimension') return { code: `dimension ${name}`, text: ['Given by each call.'] };
  const found =
    typeText(valueAt(document, use.range.start)?.type) ??
    (definedAt === undefined ? undefined : typeText(valueAt(document, definedAt)?.type)) ??
    (type === undefined ? undefined : textOf(type.span));
  const word = kind === 'parameter' || kind === 'binder' || kind === 'loop' ? '' : `${kind} `;
  return { code: `${word}${name}${found === undefined ? '' : `: ${found}`}`, text: [] };
}

function ofFile(
  document: Document,
  use: PlacedUse,
  declaration: Declaration,
  name: string,
  definedAt: number,
): Description {
  const type =
    typeText(valueAt(document, use.range.start)?.type) ?? typeText(valueAt(document, definedAt)?.type);
  const typed = type === undefined ? name : `${name}: ${type}`;
  const doc = docOf(declaration);
  if (use.use.namespace === 'split') return { code: `split ${name}`, text: ['Rows of the data.'] };
  switch (declaration.kind) {
    case 'fn':
    case 'module':
    case 'optimizer':
    case 'schedule':
    case 'set':
    case 'distribution':
      return { code: headerOf(declaration), text: [doc] };
    case 'hyper': {
      const { interval, value } = declaration;
      const within = interval === undefined ? '' : ` in ${textOf(interval.span)}`;
      const given = value === undefined ? '' : ` = ${textOf(value.span)}`;
      return { code: `hyper ${typed}${within}${given}`, text: [doc] };
    }
    case 'data':
    case 'param':
      if (name === nameIn(declaration, definedAt, document)) {
        return { code: `${declaration.kind} ${typed}`, text: [columnDoc(declaration, name) ?? doc] };
      }
      return { code: `dimension ${name}`, text: ['Bound by the types of data and parameters.'] };
    case 'dim':
      return { code: headerOf(declaration), text: [doc] };
    case 'let':
      return { code: `let ${typed}`, text: [doc, factsText(document, definedAt)] };
    case 'problem_state':
      return { code: `state ${typed}`, text: [doc] };
    case 'model':
      return { code: headerOf(declaration), text: [doc, parameterCount(document, name) ?? ''] };
    case 'objective':
      return { code: headerOf(declaration), text: [doc, objectiveText(document, declaration)] };
    default:
      return { code: headerOf(declaration), text: [doc] };
  }
}

/** The name that a declaration declares at a place, as opposed to dimensions in its types. */
function nameIn(
  declaration: Extract<Declaration, { kind: 'data' | 'param' }>,
  definedAt: number,
  document: Document,
): string | undefined {
  const names =
    declaration.kind === 'param' ? [declaration.name] : declaration.columns.map(({ name }) => name);
  return names.find(({ span }) => document.rangeOf(span).start === definedAt)?.name;
}

function columnDoc(declaration: Declaration, name: string): string | undefined {
  if (declaration.kind !== 'data') return undefined;
  return declaration.columns.find((column) => column.name.name === name)?.doc;
}

function outsideHeader(declaration: Declaration, name: string): string {
  if (declaration.kind !== 'let') return headerOf(declaration);
  const binding = declaration.bindings.find((each) => each.name.name === name);
  return binding === undefined ? name : `let ${textOf(binding.span)}`;
}

export function docOf(declaration: Declaration): string {
  return declaration.doc;
}

// --------------------------------------------------------------------------------------- curvature and the like

function factsText(document: Document, definedAt: number): string {
  const { problem, diagnostics } = document.checked();
  const symbol = valueAt(document, definedAt);
  if (problem === undefined || symbol === undefined || hasErrors(diagnostics)) return '';
  const facts = problemFacts(problem).lets.get(symbol)?.facts;
  return facts === undefined ? '' : sentence(facts);
}

function sentence({ curvature, kink, interval, flow }: Facts): string {
  const { low, high } = interval;
  const range = low === -Infinity && high === Infinity ? '' : `between ${low} and ${high}`;
  const shape = curvature === 'unknown' ? '' : curvature;
  const smooth = flow.live.size === 0 ? '' : kink === undefined ? 'smooth' : `kinked by ${kink.what}`;
  return [shape, smooth, range].filter((each) => each !== '').join('; ');
}

function objectiveText(document: Document, declaration: Declaration): string {
  const { problem, diagnostics } = document.checked();
  if (problem === undefined || hasErrors(diagnostics)) return '';
  const facts = objectiveFacts(problem).find(({ objective }) => objective.span === declaration.span);
  if (facts === undefined) return '';
  const { kink, range } = facts;
  return [curvatureText(facts), kink === undefined ? 'smooth' : `kinked by ${kink.what}`, range].join('; ');
}

// ------------------------------------------------------------------------------------------------------ keywords

function keywordAt(document: Document, at: number): Hover | undefined {
  const token = tokenAt(document, at);
  if (token === undefined) return undefined;
  const help = (keywordHelp as Readonly<Record<string, string>>)[token.text];
  if (help === undefined) return undefined;
  const declaration = document.declarationAt(at);
  const facts =
    declaration?.kind === 'objective' && (token.text === 'minimize' || token.text === 'maximize')
      ? objectiveText(document, declaration)
      : '';
  const gradient = facts === '' ? '' : shortGradient(document, at);
  return {
    range: token.range,
    code: token.text,
    text: [help, facts, gradient].filter((each) => each !== ''),
  };
}

/** Longer ones are shown when they are asked for. */
const mostGradientLines = 6;
const longestGradientLine = 110;

function shortGradient(document: Document, at: number): string {
  const answer = gradientFormulas(document, at);
  if (!answer.ok || answer.lines.length > mostGradientLines) return '';
  if (answer.lines.some((line) => line.length > longestGradientLine)) return '';
  return ['```', ...answer.lines, '```'].join('\n');
}
