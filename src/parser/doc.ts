/**
 * Layout documents, after Wadler's "A prettier printer": text with places where a line may break, in groups that
 * stay on one line when they fit. The formatter builds them, `printDoc` chooses the breaks.
 */

export type Doc =
  | string
  | { readonly kind: 'concat'; readonly parts: readonly Doc[]; readonly breaks: boolean }
  | { readonly kind: 'indent'; readonly content: Doc; readonly breaks: boolean }
  | { readonly kind: 'group'; readonly content: Doc; readonly breaks: boolean }
  /** Contents with separators, each of which breaks only where the next content does not fit. */
  | { readonly kind: 'fill'; readonly parts: readonly Doc[]; readonly breaks: boolean }
  /** What stands behind a `=`: on the line, or whole on the next, or with breaks of its own. */
  | { readonly kind: 'value'; readonly content: Doc; readonly hugs: boolean; readonly breaks: boolean }
  /** `flat` is what stands there when the line does not break; `undefined` always breaks. */
  | { readonly kind: 'line'; readonly flat: string | undefined; readonly breaks: boolean }
  /** A comment that waits for the end of the line. */
  | { readonly kind: 'trailing'; readonly text: string; readonly breaks: boolean }
  /** A comment on a line of its own where a line has just begun, and else one that waits for the line's end. */
  | { readonly kind: 'leading'; readonly text: string; readonly breaks: boolean };

function breaksOf(doc: Doc): boolean {
  return typeof doc !== 'string' && doc.breaks;
}

export function concat(parts: readonly Doc[]): Doc {
  return { kind: 'concat', parts, breaks: parts.some(breaksOf) };
}

export function indent(content: Doc): Doc {
  return { kind: 'indent', content, breaks: breaksOf(content) };
}

/** Stays on one line if it fits and nothing inside of it must break. */
export function group(content: Doc): Doc {
  return { kind: 'group', content, breaks: breaksOf(content) };
}

/** Fills lines; `parts` are contents and separators in turn. */
export function fill(parts: readonly Doc[]): Doc {
  return { kind: 'fill', parts, breaks: parts.some(breaksOf) };
}

/**
 * The right side of an assignment. If it does not fit behind the sign, it goes to the next line; if it does not fit
 * there either and `hugs` (it ends in brackets that can break), it begins behind the sign nevertheless.
 */
export function value(content: Doc, hugs: boolean): Doc {
  return { kind: 'value', content, hugs, breaks: breaksOf(content) };
}

/** A space, or a new line. */
export const line: Doc = { kind: 'line', flat: ' ', breaks: false };
/** Nothing, or a new line. */
export const softline: Doc = { kind: 'line', flat: '', breaks: false };
/** A new line. */
export const hardline: Doc = { kind: 'line', flat: undefined, breaks: true };

/** `isLast`: whether the comment ends what it stands in, so that no group needs to break for it. */
export function trailingComment(text: string, isLast: boolean): Doc {
  return { kind: 'trailing', text, breaks: !isLast };
}

export function leadingComment(text: string): Doc {
  return { kind: 'leading', text, breaks: true };
}

export function join(separator: Doc, parts: readonly Doc[]): Doc {
  const joined: Doc[] = [];
  parts.forEach((part, index) => {
    if (index > 0) joined.push(separator);
    joined.push(part);
  });
  return concat(joined);
}

/** Prints on one line, whatever its length; comments are left out. */
export function printFlat(doc: Doc): string {
  if (typeof doc === 'string') return doc;
  switch (doc.kind) {
    case 'concat':
      return doc.parts.map(printFlat).join('');
    case 'fill':
      return doc.parts.map(printFlat).join('');
    case 'indent':
    case 'group':
      return printFlat(doc.content);
    case 'value':
      return ` ${printFlat(doc.content)}`;
    case 'line':
      return doc.flat ?? ' ';
    case 'trailing':
    case 'leading':
      return '';
    default:
      return doc satisfies never;
  }
}

/** Takes all breaks out; comments stay and wait for the end of the line. */
export function unbreakable(doc: Doc): Doc {
  if (typeof doc === 'string') return doc;
  switch (doc.kind) {
    case 'concat':
    case 'fill':
      return concat(doc.parts.map(unbreakable));
    case 'indent':
    case 'group':
      return unbreakable(doc.content);
    case 'value':
      return concat([' ', unbreakable(doc.content)]);
    case 'line':
      return doc.flat ?? doc;
    case 'trailing':
    case 'leading':
      return doc;
    default:
      return doc satisfies never;
  }
}

interface Item {
  readonly doc: Doc;
  readonly indent: number;
  readonly flat: boolean;
}

/** Prints a document so that groups which fit into `width` columns stay on one line. Ends with a line break. */
export function printDoc(root: Doc, width: number): string {
  const printer = new Printer(width);
  return printer.print(root);
}

class Printer {
  private readonly out: string[] = [];
  private column = 0;
  private atLineStart = true;
  /** Comments that wait for the end of the line. */
  private waiting: string[] = [];

  constructor(private readonly width: number) {}

  print(root: Doc): string {
    const stack: Item[] = [{ doc: root, indent: 0, flat: false }];
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) this.step(item, stack);
    this.endLine(0);
    return this.out.join('').replace(/\s+$/, '') + '\n';
  }

  private step(item: Item, stack: Item[]): void {
    const { doc, indent: depth, flat } = item;
    if (typeof doc === 'string') {
      this.text(doc);
      return;
    }
    switch (doc.kind) {
      case 'concat':
        for (let index = doc.parts.length - 1; index >= 0; index -= 1) {
          stack.push({ doc: doc.parts[index] ?? '', indent: depth, flat });
        }
        return;
      case 'indent':
        stack.push({ doc: doc.content, indent: depth + 2, flat });
        return;
      case 'group': {
        const staysFlat = flat || (!doc.breaks && this.fits(doc.content, stack, this.column));
        stack.push({ doc: doc.content, indent: depth, flat: staysFlat });
        return;
      }
      case 'fill':
        this.fill(doc.parts, depth, flat, stack);
        return;
      case 'value': {
        const fitsHere = flat || (!doc.breaks && this.fits(doc.content, stack, this.column + 1));
        const fitsBelow = !fitsHere && !doc.breaks && this.fits(doc.content, stack, depth + 2);
        if (fitsHere || (doc.hugs && !fitsBelow)) {
          this.text(' ');
          stack.push({ doc: doc.content, indent: depth, flat: fitsHere });
        } else {
          this.endLine(depth + 2);
          stack.push({ doc: doc.content, indent: depth + 2, flat: fitsBelow });
        }
        return;
      }
      case 'line':
        if (flat && doc.flat !== undefined) this.text(doc.flat);
        else this.endLine(depth);
        return;
      case 'trailing':
        this.waiting.push(doc.text);
        return;
      case 'leading':
        if (this.atLineStart) {
          this.text(doc.text);
          this.endLine(depth);
        } else {
          this.waiting.push(doc.text);
        }
        return;
      default:
        doc satisfies never;
    }
  }

  /** Prints the first content, and puts back the rest behind a separator that is decided now. */
  private fill(parts: readonly Doc[], depth: number, flat: boolean, stack: Item[]): void {
    const [content, separator, next] = parts;
    if (content === undefined) return;
    if (separator !== undefined && next !== undefined) {
      stack.push({ doc: { kind: 'fill', parts: parts.slice(2), breaks: false }, indent: depth, flat });
      const contents: Doc = { kind: 'concat', parts: [content, separator, next], breaks: false };
      const joins = flat || (!breaksOf(content) && this.fits(contents, [], this.column));
      stack.push({ doc: separator, indent: depth, flat: joins });
    }
    const contentFits = flat || (!breaksOf(content) && this.fits(content, [], this.column));
    stack.push({ doc: content, indent: depth, flat: contentFits });
  }

  private text(text: string): void {
    if (text === '') return;
    this.out.push(text);
    this.column += text.length;
    this.atLineStart = false;
  }

  private endLine(depth: number): void {
    // A comment that fell on an empty line stands where the line begins.
    if (this.waiting.length > 0) this.out.push((this.atLineStart ? '' : '  ') + this.waiting.join('  '));
    this.waiting = [];
    this.trimEnd();
    this.out.push('\n', ' '.repeat(depth));
    this.column = depth;
    this.atLineStart = true;
  }

  private trimEnd(): void {
    let last = this.out.pop();
    while (last !== undefined && /^ *$/.test(last)) last = this.out.pop();
    if (last !== undefined) this.out.push(last.replace(/ +$/, ''));
  }

  /** Whether `content`, flat, and what follows up to the next possible line break fit on the line. */
  private fits(content: Doc, rest: readonly Item[], column: number): boolean {
    let remaining = this.width - column;
    const stack: Item[] = [{ doc: content, indent: 0, flat: true }];
    let behind = rest.length - 1;
    while (remaining >= 0) {
      let item = stack.pop();
      if (item === undefined) {
        item = rest[behind];
        behind -= 1;
        if (item === undefined) return true;
      }
      const { doc, flat } = item;
      if (typeof doc === 'string') {
        remaining -= doc.length;
        continue;
      }
      switch (doc.kind) {
        case 'concat':
          for (let index = doc.parts.length - 1; index >= 0; index -= 1) {
            stack.push({ doc: doc.parts[index] ?? '', indent: 0, flat });
          }
          break;
        case 'indent':
          stack.push({ doc: doc.content, indent: 0, flat });
          break;
        case 'group':
          stack.push({ doc: doc.content, indent: 0, flat: flat && !doc.breaks });
          break;
        case 'fill':
          stack.push({ doc: { kind: 'concat', parts: doc.parts, breaks: doc.breaks }, indent: 0, flat });
          break;
        case 'value':
          if (!flat) return true;
          remaining -= 1;
          stack.push({ doc: doc.content, indent: 0, flat });
          break;
        case 'line':
          if (!flat || doc.flat === undefined) return true;
          remaining -= doc.flat.length;
          break;
        case 'trailing':
        case 'leading':
          break;
        default:
          doc satisfies never;
      }
    }
    return false;
  }
}
