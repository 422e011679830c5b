/** What a call takes, while one writes it. */
import type { Parameter } from '../parser/ast.js';
import { before, callAround } from './call_context.js';
import type { CallContext } from './call_context.js';
import type { Document } from './document.js';
import { headerOf, parameterText, sentenceAbout } from './headers.js';
import { calledDeclaration, moduleOf, parametersOf } from './target.js';

export interface SignatureHelp {
  readonly label: string;
  readonly documentation: string;
  readonly parameters: readonly {
    /** Where it stands in the label. */
    readonly start: number;
    readonly end: number;
    readonly documentation: string;
  }[];
  readonly active: number | undefined;
}

export function signatureHelp(document: Document, offset: number): SignatureHelp | undefined {
  const context = before(document, offset);
  if (context === undefined || context.endsIn !== 'code') return undefined;
  const call = callAround(context);
  if (call === undefined) return undefined;
  const { callee } = call;
  const start = callee.startOffset;
  const span = { file: context.piece.piece.source, start, end: start + callee.image.length };
  const called = calledDeclaration(document, context.piece, { name: callee.image, span });
  if (called === undefined) return undefined;
  if ('builtin' in called) {
    const { signature, doc } = called.builtin;
    return { label: signature, documentation: doc, parameters: [], active: undefined };
  }
  const { declaration } = called;
  const parameters = parametersOf(document, declaration);
  const described = moduleOf(document, declaration) ?? declaration;
  const doc = 'doc' in described ? described.doc : '';
  const { label, places } = labelOf(callee.image, parameters, headerOf(declaration));
  return {
    label,
    documentation: doc,
    parameters: parameters.map(({ name }, index) => ({
      ...(places[index] ?? { start: 0, end: 0 }),
      documentation: sentenceAbout(doc, name.name),
    })),
    active: activeOf(parameters, call),
  };
}

function labelOf(
  name: string,
  parameters: readonly Parameter[],
  header: string,
): { readonly label: string; readonly places: readonly { readonly start: number; readonly end: number }[] } {
  let label = `${name}(`;
  const places = parameters.map((parameter, index) => {
    if (index > 0) label += ', ';
    const start = label.length;
    label += parameterText(parameter);
    return { start, end: label.length };
  });
  const result = /\)(: [^)]*(?:\)[^)]*)*)$/.exec(header)?.[1] ?? '';
  return { label: `${label})${result}`, places };
}

function activeOf(parameters: readonly Parameter[], { index, named }: CallContext): number | undefined {
  const byName = parameters.findIndex(({ name }) => name.name === named);
  if (named !== undefined) return byName === -1 ? undefined : byName;
  return index < parameters.length ? index : undefined;
}
