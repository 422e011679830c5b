/**
 * `npm run bench:gpu`: kernels and training steps on a WebGPU adapter, drivers on the CPU included. Figures stand beside what
 * the same device reaches in a plain copy and in a plain matrix product. Arguments are flags for Dawn
 * (`backend=vulkan adapter=SwiftShader`); `--write` puts the tables into docs/performance.md.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, globals } from 'webgpu';
import { compileDeviceRegion } from '../../src/codegen/wgsl/compile_region.js';
import { compileSource } from '../../src/compile.js';
import { prepareDeviceRun } from '../../src/device_run.js';
import { adapterName, faultText, findAdapter } from '../../src/runtime/webgpu/index.js';
import { table, writeTables } from '../tables.js';
import type { Row } from '../tables.js';
import { secondsOf } from './clock.js';
import { kernelClasses } from './kernels.js';

const write = process.argv.includes('--write');
const flags = process.argv.slice(2).filter((each) => !each.startsWith('--'));
Object.assign(globalThis, globals);
const gpu = create(flags);
const adapter = await findAdapter(gpu, { powerPreference: 'high-performance' });
if (!adapter.ok) {
  console.error(adapter.faults.map(faultText).join('\n'));
  process.exit(2);
}
const { info, features } = adapter.value;
const isOnCpu =
  info.isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${info.architecture} ${info.description}`);
const device = await adapter.value.requestDevice({
  requiredFeatures: (['timestamp-query', 'subgroups'] as const).filter((feature) => features.has(feature)),
});
const threads = isOnCpu ? 64 : 256;
const sizes = isOnCpu
  ? { elements: 1 << 20, side: 256, parameters: 200_000, steps: 20 }
  : { elements: 1 << 24, side: 2048, parameters: 10_000_000, steps: 200 };

// --------------------------------------------------------------------------------------- what the device can do

const prelude = `@group(0) @binding(0) var<storage, read_write> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
const n = ${sizes.side}u;
const elements = ${sizes.elements}u;
`;
const across = Math.min(65535, Math.ceil(sizes.elements / threads));
const copySeconds = await secondsOf({
  device,
  code: `${prelude}@compute @workgroup_size(${threads}) fn copy(@builtin(global_invocation_id) at: vec3u) {
  for (var i = at.x; i < elements; i += ${across * threads}u) { b[i] = a[i]; }
}`,
  arenas: [sizes.elements, sizes.elements, 1],
  dispatches: [{ entryPoint: 'copy', groups: [across] }],
});
const copyRate = (8 * sizes.elements) / copySeconds;
const productSeconds = await secondsOf({
  device,
  code: `${prelude}@compute @workgroup_size(8, 8) fn product(@builtin(global_invocation_id) at: vec3u) {
  var sum = 0.0;
  for (var k = 0u; k < n; k += 1u) { sum += a[at.y * n + k] * b[k * n + at.x]; }
  c[at.y * n + at.x] = sum;
}`,
  arenas: [sizes.side ** 2, sizes.side ** 2, sizes.side ** 2],
  dispatches: [{ entryPoint: 'product', groups: [sizes.side / 8, sizes.side / 8] }],
});
const productRate = (2 * sizes.side ** 3) / productSeconds;

// --------------------------------------------------------------------------------------------------- kernels

const giga = (rate: number): string => (rate / 1e9).toPrecision(3);
const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;
const kernelRows: Row[] = [
  ['plain copy', '', giga(copyRate), '100%', ''],
  [`plain product ${sizes.side} x ${sizes.side} x ${sizes.side}`, giga(productRate), '', '', '100%'],
];
for (const { name, region, flops, bytes, isProduct } of kernelClasses(sizes.elements, sizes.side)) {
  const compiled = compileDeviceRegion(region, 'grid', {
    threads,
    features: new Set(device.features.has('subgroups') ? ['subgroups'] : []),
  });
  const seconds = await secondsOf({
    device,
    code: compiled.module.code,
    arenas: compiled.arenas.map(({ size }) => size),
    dispatches: compiled.dispatches,
  });
  kernelRows.push([
    name,
    giga(flops / seconds),
    giga(bytes / seconds),
    isProduct ? '' : percent(bytes / seconds / copyRate),
    isProduct ? percent(flops / seconds / productRate) : '',
  ]);
  console.error(kernelRows.at(-1)?.join('  '));
}

// ------------------------------------------------------------------------------------------------- whole steps

const adam = `let P = ${sizes.parameters}
param x: real[P] = 1
minimize sum(x^2) / 2
solve using adam(1e-3) for 100000 steps`;
const digits = fileURLToPath(new URL('../../examples/digits.opt', import.meta.url));
const problems = [
  {
    name: `Adam over ${sizes.parameters} parameters`,
    path: 'adam.opt',
    text: adam,
    bytes: 24 * sizes.parameters,
  },
  {
    name: 'examples/digits.opt: a network, Adam',
    path: digits,
    text: readFileSync(digits, 'utf8'),
    bytes: 0,
  },
];
const stepRows: Row[] = [];
for (const { name, path, text, bytes } of problems) {
  const { compilation, diagnostics } = await compileSource({ path, text });
  if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const own = await findAdapter(gpu, { powerPreference: 'high-performance' });
  if (!own.ok) throw new Error('the adapter has gone');
  const run = await prepareDeviceRun(compilation, own.value);
  if (!run.ok) throw new Error(JSON.stringify(run));
  const { program } = run;
  await program.initialize(compilation.program.seed);
  await program.startPhase(0);
  let best = Infinity;
  for (let round = 0; round < 6; round += 1) {
    const begun = performance.now();
    let taken = 0;
    while (taken < sizes.steps) taken += await program.advance(0, sizes.steps - taken);
    // The first round finds the pace.
    if (round > 0) best = Math.min(best, (performance.now() - begun) / 1000 / taken);
  }
  const share = bytes === 0 ? '' : percent(bytes / best / copyRate);
  stepRows.push([name, (1 / best).toPrecision(3), bytes === 0 ? '' : giga(bytes / best), share]);
  console.error(stepRows.at(-1)?.join('  '));
  program.destroy();
}

const clock = device.features.has('timestamp-query') ? "the device's clock" : "the host's clock";
const real = isOnCpu
  ? ' No graphics card has been measured yet: this is a driver on the CPU, with smaller sizes.'
  : '';
const machine = `${adapterName(adapter.value)}, kernels by ${clock}.${real}`;
const kernels = table(['kernel', 'GFLOP/s', 'GB/s', 'of the copy', 'of the plain product'], kernelRows);
const steps = table(['training', 'steps a second', 'GB/s', 'of the copy'], stepRows);
console.log([machine, kernels, steps].join('\n\n'));
if (write) await writeTables({ 'gpu machine': machine, 'gpu kernels': kernels, 'gpu steps': steps });
process.exit(0);
