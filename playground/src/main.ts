/** The page: an editor on the left, what came out on the right, and the buttons between them. */
import { Curve, drawCurve, drawFront } from './curve.js';
import { openEditor } from './editor.js';
import { exampleNames, exampleText, filesFor } from './examples.js';
import { showFigures } from './figures.js';
import { LanguageClient } from './language_client.js';
import { decodeSource, encodeSource } from './link.js';
import type { FromRunWorker, Target } from './messages.js';
import { Runner } from './runner.js';
import { wireTabs } from './tabs.js';

function part<Element extends HTMLElement>(id: string): Element {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found as Element;
}

const status = part('status');
const run = part<HTMLButtonElement>('run');
const stop = part<HTMLButtonElement>('stop');
const example = part<HTMLSelectElement>('example');
const target = part<HTMLSelectElement>('target');
const added: Record<string, Uint8Array> = {};

let name = 'logistic';
let curve = new Curve();
let objective = 'objective';
let device = '';

const language = new LanguageClient();
const editor = openEditor(part('source'), language, () => `/${name}.opt`, start);
const runner = new Runner(onMessage, limitFromAddress());

/** `?limit=2000`: how long a step may be silent, in milliseconds; for pages that embed this one, and for tests. */
function limitFromAddress(): number | undefined {
  const limit = Number(new URLSearchParams(location.search).get('limit'));
  return limit > 0 ? limit : undefined;
}

function tell(text: string, failed = false): void {
  status.textContent = text;
  status.classList.toggle('failed', failed);
}

function isRunning(running: boolean): void {
  run.disabled = running;
  stop.disabled = !running;
}

function start(): void {
  void begin();
}

async function begin(): Promise<void> {
  const text = editor.text();
  curve = new Curve();
  part('curve').replaceChildren();
  part('front').replaceChildren();
  part('figures').replaceChildren();
  isRunning(true);
  tell('compiling …');
  const files = { ...(await filesFor(text)), ...added };
  runner.run({ kind: 'run', text, path: `/${name}.opt`, files, target: target.value as Target });
}

function onMessage(message: FromRunWorker): void {
  switch (message.kind) {
    case 'stage':
      tell(`${message.stage} …`);
      return;
    case 'compiled':
      part('mathematics').textContent = message.mathematics;
      part('typescript').textContent = message.typescript;
      part('wgsl').textContent = message.wgsl === '' ? 'this run needs no kernels' : message.wgsl;
      device = message.device;
      return;
    case 'progress':
      for (const { step, objective: value } of message.points) {
        if (step === 1) curve = new Curve();
        curve.add({ x: step, y: value });
      }
      tell(`${message.title}: step ${message.step} of at most ${message.steps}, on ${device}`);
      drawCurve(part('curve'), curve.all(), objective);
      return;
    case 'done': {
      isRunning(false);
      const { result, notes } = message;
      objective = Object.keys(result.objectives)[0] ?? 'objective';
      const end = `${message.stopped ? 'stopped' : result.status} after ${result.steps} steps in ${result.seconds.toPrecision(3)} s on ${device}`;
      tell(notes === '' ? end : `${end}\n\n${notes}`, result.status === 'diverged');
      // A front is many runs, whose curves one above the other say nothing.
      if (result.front === undefined) drawCurve(part('curve'), curve.all(), objective);
      else {
        part('curve').replaceChildren();
        drawFront(
          part('front'),
          result.front.map((point) => point.objectives),
        );
      }
      showFigures(part('figures'), result);
      document.body.dataset['result'] = JSON.stringify(result);
      return;
    }
    case 'failed':
      isRunning(false);
      tell(message.message, true);
      return;
    default:
      message satisfies never;
  }
}

async function open(chosen: string): Promise<void> {
  const text = await exampleText(chosen);
  if (text === undefined) return;
  name = chosen;
  example.value = chosen;
  editor.replace(text);
}

async function addFile(input: HTMLInputElement): Promise<void> {
  for (const file of input.files ?? []) {
    added[file.name] = new Uint8Array(await file.arrayBuffer());
    tell(`"${file.name}" can be read now: data "${file.name}" { ... }`);
  }
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
  if (text === undefined) await open(new URLSearchParams(location.search).get('example') ?? name);
  else editor.replace(text);
  if (shared !== undefined && text === undefined) tell('the link holds no source that can be read', true);
  else tell('Solve, or Ctrl-Enter in the editor. Escape, then Tab leaves the editor.');
}

for (const each of exampleNames) example.add(new Option(each));
wireTabs(document.querySelector('[role="tablist"]') ?? document.body);
run.addEventListener('click', start);
stop.addEventListener('click', () => runner.stop());
example.addEventListener('change', () => void open(example.value));
part('format').addEventListener('click', () => {
  void language
    .ask('format', `/${name}.opt`, { text: editor.text() })
    .then((edits) => editor.apply(edits ?? []));
});
part('share').addEventListener('click', () => void share());
part<HTMLInputElement>('file').addEventListener('change', (event) => {
  if (event.target instanceof HTMLInputElement) void addFile(event.target);
});
await firstSource();
document.body.dataset['ready'] = 'true';
