/**
 * What a contraction does with an output: stores it, or computes the launch that has become its epilogue at that point,
 * with the output as a local value. Loop variables come from batch, row and column where each counts whole loops of its own.
 */
import type { Variable } from '../../ir/nest-affine.js';
import type { Contraction, Launch } from '../../ir/nest.js';
import { Block } from '../blocks.js';
import { loopName, primary } from '../launch-text.js';
import type { ProductSize } from './contraction_shape.js';
import { DeviceLaunchPrinter } from './device_launch.js';
import type { ModuleText } from './module_text.js';

/** Declares `fn NAME(batch: i32, row: i32, column: i32, value: f32)` and returns its name. */
export function declareFinish(
  { output, epilogue }: Contraction,
  size: ProductSize,
  label: string,
  module: ModuleText,
): string {
  const name = module.fresh(label);
  const stored = epilogue?.given?.stored ?? true;
  const index = `(batch * ${size.rows} + row) * ${size.columns} + column`;
  const lines = [
    ...(stored ? [`${module.element(output, index)} = value;`] : []),
    ...(epilogue === undefined ? [] : new EpiloguePrinter(epilogue, size, module).print()),
  ];
  module.declare([
    `fn ${name}(batch: i32, row: i32, column: i32, value: f32) {`,
    ...lines.map((line) => `  ${line}`),
    '}',
  ]);
  return name;
}

class EpiloguePrinter extends DeviceLaunchPrinter {
  protected readonly kind = 'points';

  constructor(
    launch: Launch,
    private readonly size: ProductSize,
    module: ModuleText,
  ) {
    super(launch, module, ['batch', 'row', 'column', 'value']);
    if (launch.given !== undefined) this.unitTexts.set(launch.given, primary('value'));
  }

  protected override openOuter(outer: readonly Variable[]): void {
    const { batch, rows, columns } = this.size;
    const loops = outer.filter((variable) => this.hasLoop(variable));
    const counters: readonly (readonly [name: string, extent: number])[] = [
      ['column', columns],
      ['row', rows],
      ['batch', batch],
    ];
    let rest = loops;
    const groups = counters.map(([counter, extent]) => {
      const own = this.loopsOf(rest, extent);
      rest = rest.slice(0, rest.length - (own?.length ?? 0));
      return { counter, own };
    });
    if (groups.some(({ own }) => own === undefined)) {
      this.root.push(`let point = u32((batch * ${rows} + row) * ${columns} + column);`);
      this.takeApart(loops, 'point', this.root);
    } else {
      for (const { counter, own = [] } of groups) {
        const [single] = own;
        if (own.length === 1 && single !== undefined) this.root.push(`let ${loopName(single)} = ${counter};`);
        else this.takeApart(own, `u32(${counter})`, this.root);
      }
    }
    const body = new Block(this.root);
    this.blocks.push(...outer.map(() => body));
  }

  protected override closeOuter(): void {
    const body = this.blocks[1];
    this.blocks = [this.root];
    for (const line of body?.lines ?? []) this.root.push(line);
  }

  /** The last loops that run over exactly `extent` points together. */
  private loopsOf(loops: readonly Variable[], extent: number): readonly Variable[] | undefined {
    let count = 1;
    for (let from = loops.length; ; from -= 1) {
      if (count === extent) return loops.slice(from);
      const next = loops[from - 1];
      if (next === undefined || count > extent) return undefined;
      count *= this.extentOf(next);
    }
  }
}
