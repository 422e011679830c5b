/** The page: an editor on the left, what came out on the right, and the buttons above them. */
import { Curve, drawCurve, drawFront } from './curve.js';
import { openEditor } from './editor.js';
import { exampleGroups, exampleText, filesFor } from './examples.js';
import { showFigures } from './figures.js';
import { GeneratedViews } from './generated_views.js';
import type { SourceState } from './generated_views.js';
import { decodeSource, encodeSource } from './link.js';
import type { FromRunWorker, LanguageQuestions, RunRequest, Target } from './messages.js';
import { Plot } from './plot.js';
import { QuestionClient } from './question_client.js';
import { Runner } from './runner.js';
import { wireTabs } from './tabs.js';

function part<Element extends HTMLElement>(id: string): Element {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found as Element;
}

const status = part('status');
const steps = part('steps');
const bar = part<HTMLProgressElement>('bar');
const stop = part<HTMLButtonElement>('stop');
const example = part<HTMLSelectElement>('example');
const target = part<HTMLSelectElement>('target');
const curvePlot = new Plot(part('curve'));
const frontPlot = new Plot(part('front'));
const added: Record<string, Uint8Array> = {};

const firstExample = 'logistic';
let name = firstExample;
let curve = new Curve();
/** What runs, or ran last. */
let solved: SourceState = { text: '', path: '' };

const pathOf = (): string => `${name}.opt`;
const language = new QuestionClient<LanguageQuestions>('language');
const views = new GeneratedViews({
  source: () => ({ text: editor.text(), path: pathOf() }),
  files: readable,
  mark: (lines, reveal) => editor.mark(lines, reveal),
});
const editor = openEditor(part('source'), language, pathOf, {
  run: start,
  change: () => views.changed(),
  line: views.onSourceLine,
});
const tabs = wireTabs(document.querySelector('[role="tablist"]') ?? document.body, (panel) =>
  views.choose(panel),
);
const runner = new Runner(onMessage, limitFromAddress());

/** `?limit=2000`: how long a step may be silent, in milliseconds; for pages that embed this one, and for tests. */
function limitFromAddress(): number | undefined {
  const limit = Number(new URLSearchParams(location.search).get('limit'));
  return limit > 0 ? limit : undefined;
}

/** The files that a source may read. */
async function readable(text: string): Promise<RunRequest['files']> {
  return { ...(await filesFor(text)), ...added };
}

function tell(text: string, failed = false): void {
  status.textContent = text;
  status.classList.toggle('failed', failed);
}

/** What there is to say at length, in lines as the compiler sets them. */
function note(text: string): void {
  const notes = part('notes');
  notes.textContent = text;
  notes.hidden = text === '';
}

function isRunning(running: boolean): void {
  // A button that is disabled loses the focus to nowhere.
  if (!running && document.activeElement === stop) part('run').focus();
  stop.disabled = !running;
  part('advance').classList.toggle('running', running);
  bar.removeAttribute('value');
  steps.textContent = '';
}

function clearOutput(): void {
  curve = new Curve();
  curvePlot.clear();
  frontPlot.clear();
  part('figures').replaceChildren();
  note('');
  delete document.body.dataset['result'];
}

function start(): void {
  void begin();
}

async function begin(): Promise<void> {
  solved = { text: editor.text(), path: pathOf() };
  clearOutput();
  tabs.show('result');
  isRunning(true);
  tell('compiling …');
  const files = await readable(solved.text);
  runner.run({ kind: 'run', ...solved, files, target: target.value as Target });
}

let device = '';

function onMessage(message: FromRunWorker): void {
  switch (message.kind) {
    case 'stage':
      tell(`${message.stage} …`);
      return;
    case 'compiled':
      device = message.device;
      views.accept(solved, message.generated);
      return;
    case 'progress':
      for (const { step, objective } of message.points) {
        if (step === 1) curve = new Curve();
        curve.add({ x: step, y: objective });
      }
      bar.max = message.steps;
      bar.value = message.step;
      steps.textContent = `${message.title}: step ${message.step} of at most ${message.steps}`;
      drawCurve(curvePlot, curve.all(), 'objective');
      return;
    case 'done':
      isRunning(false);
      showResult(message);
      return;
    case 'failed':
      isRunning(false);
      tell(message.message, true);
      note(message.notes ?? '');
      return;
    default:
      message satisfies never;
  }
}

function showResult({ result, notes, stopped }: Extract<FromRunWorker, { kind: 'done' }>): void {
  const end = stopped ? 'stopped' : result.status;
  const failed = result.status === 'diverged' || result.status === 'infeasible';
  tell(`${end} after ${result.steps} steps in ${result.seconds.toPrecision(3)} s on ${device}`, failed);
  note(notes);
  // A front is many runs, whose curves one above the other say nothing.
  if (result.front === undefined) {
    // Of several objectives the curve has what a run minimizes in the end, which has no name.
    const [only = 'objective', ...others] = Object.keys(result.objectives);
    drawCurve(curvePlot, curve.all(), others.length === 0 ? only : 'objective');
  } else {
    curvePlot.clear();
    const points = result.front.map(({ objectives }) => objectives);
    drawFront(frontPlot, points);
  }
  showFigures(part('figures'), result);
  document.body.dataset['result'] = JSON.stringify(result);
}

/** A result stays only as long as the source that it came from is there. */
async function open(chosen: string): Promise<void> {
  const text = await exampleText(chosen);
  if (text === undefined) {
    tell(`there is no example "${chosen}"`, true);
    return;
  }
  runner.abandon();
  isRunning(false);
  clearOutput();
  name = chosen;
  example.value = chosen;
  editor.replace(text);
  tell('ready');
}

async function addFiles(input: HTMLInputElement): Promise<void> {
  const files = [...(input.files ?? [])];
  for (const file of files) added[file.name] = new Uint8Array(await file.arrayBuffer());
  tell(`can be read now: ${files.map((file) => `data "${file.name}" { ... }`).join(', ')}`);
}

async function share(): Promise<void> {
  location.hash = `source=${await encodeSource(editor.text())}`;
  try {
    await navigator.clipboard.writeText(location.href);
    tell('the link is in the clipboard and in the address');
  } catch {
    tell('the link is in the address');
  }
}

async function firstSource(): Promise<void> {
  const shared = /source=([\w-]+)/.exec(location.hash)?.[1];
  const text = shared === undefined ? undefined : await decodeSource(shared);
  if (text !== undefined) {
    editor.replace(text);
    tell('ready');
    return;
  }
  await open(new URLSearchParams(location.search).get('example') ?? firstExample);
  if (editor.text() === '') await open(firstExample);
  if (shared !== undefined) tell('the link holds no source that can be read', true);
}

for (const [title, names] of exampleGroups()) {
  const group = document.createElement('optgroup');
  group.label = title;
  group.append(...names.map((each) => new Option(each)));
  example.add(group);
}
part('run').addEventListener('click', start);
stop.addEventListener('click', () => runner.stop());
example.addEventListener('change', () => void open(example.value));
part('format').addEventListener('click', () => {
  void language.ask('format', pathOf(), { text: editor.text() }).then((edits) => editor.apply(edits ?? []));
});
part('share').addEventListener('click', () => void share());
part<HTMLInputElement>('file').addEventListener('change', (event) => {
  if (event.target instanceof HTMLInputElement) void addFiles(event.target);
});
await firstSource();
document.body.dataset['ready'] = 'true';
// What one sees comes first; then there is time for what one will want.
setTimeout(() => runner.warmUp(), 1000);
