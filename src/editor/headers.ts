/** How declarations look to whoever uses them: their first line without the body, and the parameters in it. */
import type { Declaration, Parameter } from '../parser/ast.js';
import type { Span } from '../parser/source.js';

/** `fn huber(r: real, delta: real = 1): real`, as written, on one line. */
export function headerOf(declaration: Declaration): string {
  const { span } = declaration;
  switch (declaration.kind) {
    case 'fn':
    case 'module':
    case 'optimizer':
    case 'schedule': {
      const { body } = declaration;
      const end = body.kind === 'block' ? body.span.start : body.expression.span.start;
      return clean(span.file.text.slice(span.start, Math.max(end, span.start)).replace(/[={]\s*$/, ''));
    }
    case 'set':
    case 'distribution':
      return clean(textOf(span).replace(/\{[\s\S]*$/, ''));
    default:
      return clean(textOf(span));
  }
}

function clean(text: string): string {
  const line = text
    .replace(/\/\/[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .replace(/\( /g, '(')
    .replace(/,? \)/g, ')')
    .trim();
  return line.length > 400 ? `${line.slice(0, 397)}...` : line;
}

export function textOf({ file, start, end }: Span): string {
  return file.text.slice(start, end);
}

/** `delta: real = 1`. */
export function parameterText({ name, type, defaultValue }: Parameter): string {
  const value = defaultValue === undefined ? '' : ` = ${clean(textOf(defaultValue.span))}`;
  return `${name.name}: ${clean(textOf(type.span))}${value}`;
}

/** `inputs` of its documentation, as far as the comment speaks of it. */
export function sentenceAbout(doc: string, name: string): string {
  const sentences = doc.replace(/\s+/g, ' ').split(/(?<=[.;])\s/);
  return sentences.find((sentence) => sentence.includes(`\`${name}\``)) ?? '';
}
