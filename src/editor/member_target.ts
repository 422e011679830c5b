/** What a name behind a dot refers to: the statement of the module that the model is an instance of. */
import type { Declaration, Expression, Identifier, Statement } from '../parser/ast.js';
import type { SourceFile } from '../parser/source.js';
import type { Document } from './document.js';
import { definitionFrom } from './library.js';
import type { PlacedUse } from './names.js';
import { pieceUses } from './names.js';
import type { PlacedPiece } from './pieces.js';
import { targetOf } from './target.js';
import type { Target } from './target.js';

export type MemberStatement = Extract<Statement, { readonly kind: 'param' | 'model' }>;

/** A module and the file that it stands in; undefined for the document itself. */
interface Found {
  readonly module: Extract<Declaration, { readonly kind: 'module' }>;
  readonly file: SourceFile | undefined;
}

export function memberTarget(document: Document, { use, piece }: PlacedUse): Target | undefined {
  const found = use.of === undefined ? undefined : moduleOfModel(document, piece, use.of);
  const statement = found === undefined ? undefined : memberOf(found, use.name.name);
  if (found === undefined || statement === undefined) return undefined;
  const { start, end } = statement.name.span;
  const location =
    found.file === undefined
      ? document.locate(statement.name.span)
      : { file: found.file, range: { start, end } };
  return { kind: 'member', statement, location };
}

function memberOf({ module }: Found, name: string): MemberStatement | undefined {
  if (module.body.kind !== 'block') return undefined;
  for (const statement of module.body.statements) {
    const isMember = statement.kind === 'param' || statement.kind === 'model';
    if (isMember && statement.name.name === name) return statement;
  }
  return undefined;
}

/** The module of `net`, `net.last`, `net.layers[0]`. */
function moduleOfModel(document: Document, piece: PlacedPiece, model: Expression): Found | undefined {
  switch (model.kind) {
    case 'name': {
      const target = targetOfName(document, piece, model);
      if (target?.kind !== 'file' || target.name.declaration.kind !== 'model') return undefined;
      const { declaration } = target.name;
      const own = document.pieces.find((each) => each.piece.declarations.includes(declaration));
      return own === undefined ? undefined : moduleOfValue(document, own, declaration.value);
    }
    case 'member': {
      const outer = moduleOfModel(document, piece, model.object);
      const statement = outer === undefined ? undefined : memberOf(outer, model.member.name);
      if (outer === undefined || statement?.kind !== 'model') return undefined;
      const own = document.pieces.find((each) => each.piece.declarations.includes(outer.module));
      return outer.file === undefined
        ? own && moduleOfValue(document, own, statement.value)
        : moduleInFile(document, outer.file, statement.value);
    }
    case 'index':
      return moduleOfModel(document, piece, model.object);
    default:
      return undefined;
  }
}

/** The module that is called: `mlp(...)`, `[l in 0..2: linear(...)]`; a copy of a model is like the model. */
function moduleOfValue(document: Document, piece: PlacedPiece, value: Expression): Found | undefined {
  const call = calleeOf(value);
  if (call === undefined) return undefined;
  const target = targetOfName(document, piece, call.callee);
  const [copied] = call.arguments;
  if (target?.kind === 'given' && copied !== undefined) return moduleOfModel(document, piece, copied);
  if (target?.kind === 'file') {
    const { declaration } = target.name;
    return declaration.kind === 'module' ? { module: declaration, file: undefined } : undefined;
  }
  if (target?.kind !== 'outside') return undefined;
  const { declaration, file } = target.definition;
  return declaration.kind === 'module' ? { module: declaration, file } : undefined;
}

/** The same where the call stands in another file. */
function moduleInFile(document: Document, file: SourceFile, value: Expression): Found | undefined {
  const name = calleeOf(value)?.callee.name;
  const found = name === undefined ? undefined : definitionFrom(document.workspace, file, name);
  return found?.declaration.kind === 'module' ? { module: found.declaration, file: found.file } : undefined;
}

function calleeOf(
  value: Expression,
):
  | { readonly callee: Extract<Expression, { kind: 'name' }>; readonly arguments: readonly Expression[] }
  | undefined {
  if (value.kind === 'comprehension') return calleeOf(value.body);
  if (value.kind !== 'call' || value.callee.kind !== 'name') return undefined;
  return { callee: value.callee, arguments: value.arguments.map((each) => each.value) };
}

function targetOfName(document: Document, piece: PlacedPiece, name: Identifier): Target | undefined {
  const use = pieceUses(piece.piece).find((each) => each.name === name);
  if (use === undefined) return undefined;
  const { start, end } = name.span;
  return targetOf(document, { use, piece, range: { start: piece.start + start, end: piece.start + end } });
}
