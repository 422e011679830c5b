/** Blocks of statements under construction: a block knows its parent, so that a value can be put as far out as it fits. */

/** Statements of any language. */
export class Scope<Line> {
  readonly lines: Line[] = [];

  constructor(
    readonly parent: Scope<Line> | undefined,
    /** Inside a condition: nothing that is computed here may move out, and nothing here is visible outside. */
    readonly conditional = false,
  ) {}

  push(line: Line): void {
    this.lines.push(line);
  }

  isWithin(ancestor: Scope<Line>): boolean {
    for (let scope: Scope<Line> | undefined = this; scope !== undefined; scope = scope.parent) {
      if (scope === ancestor) return true;
    }
    return false;
  }

  /** Is this, or anything around it, inside a condition? */
  get insideCondition(): boolean {
    return this.conditional || this.parent?.insideCondition === true;
  }
}

export class Block extends Scope<string> {
  /** Appends the finished inner block between its header and a closing brace; nothing if it is empty. */
  close(header: string, inner: Block): void {
    if (inner.lines.length === 0) return;
    this.lines.push(`${header} {`);
    for (const line of inner.lines) this.lines.push(`  ${line}`);
    this.lines.push('}');
  }
}
