/**
 * The examples of the repository as a menu, in the groups of their list (`examples/README.md`), and the data files that they
 * read, fetched when they are wanted.
 */
import list from '../../examples/README.md?raw';

const sources = import.meta.glob<string>('../../examples/*.opt', {
  query: '?url',
  import: 'default',
  eager: true,
});
const dataFiles = import.meta.glob<string>('../../examples/data/*', {
  query: '?url',
  import: 'default',
  eager: true,
});

const sourceUrl = (name: string): string | undefined => sources[`../../examples/${name}.opt`];

/** Groups by their titles; an example stands in the first that names it. */
export function exampleGroups(): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  // Those that need a function of the host, and files of definitions only, have nothing to run in a page.
  const placed = new Set(['carton', 'my_optimizers']);
  const place = (title: string, names: Iterable<string>): void => {
    for (const name of names) {
      if (placed.has(name) || sourceUrl(name) === undefined) continue;
      placed.add(name);
      groups.set(title, [...(groups.get(title) ?? []), name]);
    }
  };
  const named = (text: string): string[] =>
    [...text.matchAll(/`(\w+)(?:\.opt)?`/g)].map(([, name = '']) => name);
  for (const [row] of list.matchAll(/^\| `.*$/gm)) place('To read first', named(row).slice(0, 1));
  for (const [, title = '', names = ''] of list.matchAll(/^\*\*(.+?)\.\*\*((?:.+\n?)+)/gm))
    place(title, named(names));
  place(
    'Others',
    Object.keys(sources).map((path) => path.replace(/^.*\/|\.opt$/g, '')),
  );
  return groups;
}

export async function exampleText(name: string): Promise<string | undefined> {
  const url = sourceUrl(name);
  return url === undefined ? undefined : await (await fetch(url)).text();
}

/** The files of `data "..."` blocks and of imports that the repository has, by the path that the source names. */
export async function filesFor(text: string): Promise<Record<string, Uint8Array>> {
  const found: Record<string, Uint8Array> = {};
  for (const [, path = ''] of text.matchAll(/"([^"\n]+)"/g)) {
    const place = `../../examples/${path.replace(/^\.\//, '')}`;
    const url = dataFiles[place] ?? sources[place];
    if (url !== undefined) found[path] = new Uint8Array(await (await fetch(url)).arrayBuffer());
  }
  return found;
}
