/** The page: hands the source to a worker, draws what the worker tells, and ends a worker that has gone silent. */
const part = (id) => document.getElementById(id);
const curve = document.querySelector('polyline');

/** A loop within one step does not look up; a worker that says nothing for so long is ended. */
const patience = 10_000;

let worker;
let silence;
let points = [];

function show(text) {
  part('answer').textContent = text;
}

/** The objective falls over powers of ten, so its logarithm is drawn. */
function draw() {
  const heights = points.map(({ objective }) => Math.log10(Math.max(objective, 1e-16)));
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const last = points.at(-1)?.step ?? 1;
  const places = points.map(({ step }, index) => {
    const height = high > low ? (heights[index] - low) / (high - low) : 0.5;
    return `${((400 * step) / last).toFixed(1)},${(115 - 110 * height).toFixed(1)}`;
  });
  curve.setAttribute('points', places.join(' '));
}

function listen() {
  clearTimeout(silence);
  silence = setTimeout(() => {
    end();
    show('ended: a single step took too long');
  }, patience);
}

function end() {
  clearTimeout(silence);
  worker?.terminate();
  worker = undefined;
}

function hear({ data }) {
  listen();
  switch (data.kind) {
    case 'progress':
      points.push(data);
      draw();
      show(`step ${data.step}: ${data.objective}`);
      return;
    case 'done':
      end();
      show(JSON.stringify(data.result, undefined, 2));
      return;
    case 'failed':
      end();
      show(data.message);
  }
}

part('solve').addEventListener('click', () => {
  end();
  points = [];
  worker = new Worker(new URL('solver.js', import.meta.url), { type: 'module' });
  worker.onmessage = hear;
  worker.onerror = ({ message }) => hear({ data: { kind: 'failed', message } });
  worker.postMessage({ kind: 'solve', text: part('source').value });
  show('compiling …');
  listen();
});

part('stop').addEventListener('click', () => worker?.postMessage({ kind: 'stop' }));
