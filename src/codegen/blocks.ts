/** Blocks of statements under construction: a block knows its parent, so that a value can be put as far out as it fits. */

export class Block {
  readonly lines: string[] = [];

  constructor(
    readonly parent: Block | undefined,
    /** Inside a condition: nothing that is computed here may move out, and nothing here is visible outside. */
    readonly conditional = false,
  ) {}

  push(line: string): void {
    this.lines.push(line);
  }

  /** Appends the finished inner block between its header and a closing brace; nothing if it is empty. */
  close(header: string, inner: Block): void {
    if (inner.lines.length === 0) return;
    this.lines.push(`${header} {`);
    for (const line of inner.lines) this.lines.push(`  ${line}`);
    this.lines.push('}');
  }

  isWithin(ancestor: Block): boolean {
    for (let block: Block | undefined = this; block !== undefined; block = block.parent) {
      if (block === ancestor) return true;
    }
    return false;
  }
}
