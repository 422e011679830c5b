/**
 * What is made of the source, beside it: the problem in mathematics, TypeScript, WGSL. The view that is open follows the
 * source; lines of code are linked with those of the source that they come from, both ways.
 */
import { LineLinks } from '../../src/codegen/line_links.js';
import type { LinkedLines } from '../../src/codegen/line_links.js';
import { CodeView } from './code_view.js';
import type { Generated, GeneratedKind, GenerateQuestions, RunRequest } from './messages.js';
import type { OnLine } from './linked_lines.js';
import { QuestionClient } from './question_client.js';

/** What the views are to show something of. */
export interface SourceState {
  readonly text: string;
  readonly path: string;
}

/** What the page gives the views. */
export interface Host {
  readonly source: () => SourceState;
  readonly files: (text: string) => Promise<RunRequest['files']>;
  /** Marks lines of the source. */
  readonly mark: (lines: readonly number[], reveal: boolean) => void;
}

interface Shown extends SourceState {
  readonly generated: Generated;
  readonly links: LineLinks;
}

interface View {
  readonly show: (text: string) => void;
  readonly mark: (lines: readonly number[], reveal: boolean) => void;
}

const kinds = ['mathematics', 'typescript', 'wgsl'] as const satisfies readonly GeneratedKind[];

const nothing: LinkedLines = { source: [], code: [] };

/** Keys rest so long before an open view follows. */
const restMilliseconds = 500;

export class GeneratedViews {
  private readonly shown = new Map<GeneratedKind, Shown>();
  private readonly views = new Map<GeneratedKind, View>();
  private client: QuestionClient<GenerateQuestions> | undefined;
  private open: GeneratedKind | undefined;
  private rest: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: Host) {}

  /** Another panel is shown. */
  choose(panel: string): void {
    this.open = kinds.find((kind) => kind === panel);
    this.refresh();
  }

  /** The source is another one: links lead nowhere until the view has followed. */
  changed(): void {
    clearTimeout(this.rest);
    if (this.open === undefined) return;
    this.views.get(this.open)?.mark([], false);
    this.rest = setTimeout(() => this.refresh(), restMilliseconds);
  }

  /** What a run has made of a source on its way. */
  accept(source: SourceState, generated: { readonly [Kind in GeneratedKind]?: Generated }): void {
    for (const kind of kinds) {
      const made = generated[kind];
      // Kernels are those of the device that the last run had, so a run without one leaves them to be made.
      if (made === undefined) this.shown.delete(kind);
      else
        this.shown.set(kind, { ...source, generated: made, links: new LineLinks(made.origins, source.path) });
    }
    this.refresh();
  }

  /** A line of the source is pointed at. */
  readonly onSourceLine: OnLine = (line, by) => {
    const view = this.open === undefined ? undefined : this.views.get(this.open);
    const links = this.current()?.links;
    if (view === undefined || links === undefined) return;
    const { source, code } = line === undefined ? nothing : links.ofSource(line);
    view.mark(code, by === 'cursor');
    this.host.mark(source, false);
  };

  private onCodeLine(kind: GeneratedKind, ...[line, by]: Parameters<OnLine>): void {
    const links = this.current()?.links;
    if (links === undefined) return;
    const { source, code } = line === undefined ? nothing : links.ofCode(line);
    this.host.mark(source, by === 'cursor');
    this.views.get(kind)?.mark(code, false);
  }

  /** What the open view shows, unless the source has changed since. */
  private current(): Shown | undefined {
    const shown = this.open === undefined ? undefined : this.shown.get(this.open);
    const { text, path } = this.host.source();
    return shown?.text === text && shown.path === path ? shown : undefined;
  }

  private refresh(): void {
    const kind = this.open;
    if (kind === undefined) return;
    const current = this.current();
    if (current !== undefined) this.view(kind).show(current.generated.text);
    else void this.generate(kind, this.host.source());
  }

  private async generate(kind: GeneratedKind, source: SourceState): Promise<void> {
    this.client ??= new QuestionClient<GenerateQuestions>('generate');
    const panel = panelOf(kind);
    panel.setAttribute('aria-busy', 'true');
    const question = { text: source.text, wanted: kind, files: await this.host.files(source.text) };
    const answer = await this.client.ask('generate', source.path, question);
    panel.removeAttribute('aria-busy');
    const now = this.host.source();
    // What is no longer wanted comes to nothing; the question after it is on its way.
    if (now.text !== source.text || now.path !== source.path) return;
    const generated: Generated =
      answer?.ok === true
        ? answer.generated
        : { text: `// ${answer?.reason ?? 'the compiler gave no answer in time'}`, origins: [] };
    this.shown.set(kind, { ...source, generated, links: new LineLinks(generated.origins, source.path) });
    if (this.open === kind) this.view(kind).show(generated.text);
  }

  private view(kind: GeneratedKind): View {
    const made = this.views.get(kind) ?? this.make(kind);
    this.views.set(kind, made);
    return made;
  }

  private make(kind: GeneratedKind): View {
    const panel = panelOf(kind);
    if (kind === 'mathematics') return { show: (text) => void (panel.textContent = text), mark: () => {} };
    const label = kind === 'wgsl' ? 'Generated WGSL' : 'Generated TypeScript';
    return new CodeView(panel, label, (line, by) => this.onCodeLine(kind, line, by));
  }
}

function panelOf(kind: GeneratedKind): HTMLElement {
  const panel = document.getElementById(kind);
  if (panel === null) throw new Error(`the page has no panel ${kind}`);
  return panel;
}
