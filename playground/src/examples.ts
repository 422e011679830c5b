/** The examples of the repository as a menu, and the data files that they read, fetched when they are wanted. */

const sources = import.meta.glob<string>('../../examples/*.opt', { query: '?raw', import: 'default' });
const dataFiles = import.meta.glob<string>('../../examples/data/*', { query: '?url', import: 'default' });

/** Names without the ending, in order; those that need a function of the host cannot run in a page. */
export const exampleNames: readonly string[] = Object.keys(sources)
  .map((path) => path.replace(/^.*\/|\.opt$/g, ''))
  .filter((name) => name !== 'my_optimizers')
  .sort();

export async function exampleText(name: string): Promise<string | undefined> {
  return await sources[`../../examples/${name}.opt`]?.();
}

/** The files of `data "..."` blocks and of imports that the repository has, by the path that the source names. */
export async function filesFor(text: string): Promise<Record<string, Uint8Array>> {
  const found: Record<string, Uint8Array> = {};
  for (const [, path = ''] of text.matchAll(/"([^"\n]+)"/g)) {
    const url = await dataFiles[`../../examples/${path}`]?.();
    if (url !== undefined) found[path] = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const source = await sources[`../../examples/${path.replace(/^\.\//, '')}`]?.();
    if (source !== undefined) found[path] = new TextEncoder().encode(source);
  }
  return found;
}
