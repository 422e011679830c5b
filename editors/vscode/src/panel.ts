/** The page of a panel: a curve that grows, or a text. Everything it shows arrives as data, never as markup. */

const policy = (nonce: string): string =>
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">`;

const style = `
  body { font-family: var(--vscode-font-family); color: var(--vscode-foreground); padding: 1rem; }
  pre { font-family: var(--vscode-editor-font-family); white-space: pre-wrap; }
  svg { width: 100%; height: 40vh; }
  polyline { fill: none; stroke: var(--vscode-charts-blue); stroke-width: 2; vector-effect: non-scaling-stroke; }
`;

/** Draws losses on a logarithmic scale where all are positive. */
const script = `
  const points = [];
  const line = document.querySelector('polyline');
  const status = document.querySelector('#status');
  const text = document.querySelector('pre');
  function draw() {
    const positive = points.every((point) => point.loss > 0);
    const heights = points.map((point) => positive ? Math.log10(point.loss) : point.loss);
    const low = Math.min(...heights), high = Math.max(...heights);
    const last = points[points.length - 1].step || 1;
    line.setAttribute('points', points.map((point, index) =>
      (100 * point.step / last).toFixed(2) + ',' +
      (high === low ? 50 : 100 - 100 * (heights[index] - low) / (high - low)).toFixed(2)).join(' '));
  }
  window.addEventListener('message', ({ data }) => {
    if (data.kind === 'progress') {
      if (!Number.isFinite(data.loss)) return;
      points.push(data);
      if (points.length > 2000) points.splice(0, points.length, ...points.filter((_, index) => index % 2 === 0));
      status.textContent = 'step ' + data.step + ', loss ' + data.loss.toPrecision(6);
      draw();
    } else if (data.kind === 'note') text.textContent += data.text + '\\n\\n';
    else if (data.kind === 'text') text.textContent = data.text;
    else if (data.kind === 'result') {
      status.textContent = data.result.status + ' after ' + data.result.steps + ' steps';
      text.textContent += JSON.stringify(data.result, null, 2);
    }
  });
`;

export function panelPage(title: string, nonce: string, withCurve: boolean): string {
  const safe = title.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const curve =
    '<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="loss by step"><polyline points="" /></svg>';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">${policy(nonce)}<title>${safe}</title>
<style nonce="${nonce}">${style}</style></head><body><h1>${safe}</h1><p id="status" role="status"></p>
<div${withCurve ? '' : ' hidden'}>${curve}</div><pre></pre><script nonce="${nonce}">${script}</script></body></html>`;
}
