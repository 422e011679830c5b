/**
 * Everything that must hold before a change goes in, in one command (`npm test`). Each step counts as one check, except
 * that the unit tests and the library's test blocks count one by one. The last line is the tally.
 */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const scratch = mkdtempSync(path.join(tmpdir(), 'argmin-gate-'));
const bin = (name) => path.join('node_modules', '.bin', name);
const failures = [];
let passed = 0;
let failed = 0;

/** Runs a command, echoes what it prints when it fails, and returns both. */
async function execute(title, command, args) {
  const started = Date.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => texts.push(text));
  const status = await new Promise((resolve) => {
    child.on('error', (error) => {
      texts.push(Buffer.from(String(error)));
      resolve(1);
    });
    child.on('close', resolve);
  });
  const ok = status === 0;
  const output = Buffer.concat(texts).toString('utf8');
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${title}  (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok) console.log(output.trimEnd().replaceAll(/^/gm, '      '));
  return { ok, output };
}

function tally(title, good, bad) {
  passed += good;
  failed += bad;
  if (bad > 0) failures.push(title);
}

async function step(title, command, args) {
  const { ok } = await execute(title, command, args);
  tally(title, ok ? 1 : 0, ok ? 0 : 1);
}

/** Steps that do not need each other, two at a time: machines that run this have two cores. */
async function together(steps) {
  const waiting = [...steps];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await step(...next);
  };
  await Promise.all([lane(), lane()]);
}

/** What did not run, with the reasons that the titles of its groups carry: for want of a driver, mostly. */
function reportSkipped(files) {
  const reasons = new Map();
  for (const { assertionResults } of files) {
    for (const { status, fullName } of assertionResults) {
      if (status === 'passed' || status === 'failed') continue;
      const reason = /\(skipped: (.*?)\)/.exec(fullName)?.[1] ?? fullName;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  for (const [reason, count] of reasons) console.log(`skip  ${count} tests: ${reason}`);
}

// Whatever runs the program afterwards runs what is built here.
await step('build', process.execPath, ['scripts/build.mjs', '--if-changed']);
await together([
  ['lint', bin('eslint'), ['--max-warnings', '0', '.']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['types', bin('tsc'), ['--noEmit']],
  ['types of the playground', bin('tsc'), ['--noEmit', '-p', 'playground']],
  ['types of the extension', bin('tsc'), ['--noEmit', '-p', 'editors/vscode']],
  ['extension is packaged', bin('tsx'), ['scripts/build-extension.ts']],
  ...['generate-grammar', 'generate-errors', 'generate-reference'].map((script) => [
    `${script} is up to date`,
    bin('tsx'),
    [`scripts/${script}.ts`, '--check'],
  ]),
]);

{
  const title = 'unit and property tests';
  const report = path.join(scratch, 'vitest.json');
  const { ok } = await execute(title, bin('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numFailedTestSuites, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    reportSkipped(testResults);
    // A file that does not load has no tests to fail, so it counts by itself.
    tally(
      title,
      numPassedTests,
      Math.max(numFailedTests, ok ? 0 : Math.max(1, numFailedTests, numFailedTestSuites ? 1 : 0)),
    );
  } else tally(title, 0, 1);
}

{
  const title = 'tests of the library, in the language';
  const { ok, output } = await execute(title, process.execPath, ['dist/cli.js', 'test', 'std/']);
  const [, good, bad] = /(\d+) passed, (\d+) failed\s*$/.exec(output) ?? [];
  tally(title, Number(good ?? 0), Math.max(Number(bad ?? 0), ok ? 0 : 1));
}

for (const folder of ['std', 'examples']) {
  if (!existsSync(folder)) continue;
  const { output } = await execute(`list ${folder}`, 'git', ['ls-files', `${folder}/*.opt`]);
  const files = output.split('\n').filter(Boolean);
  if (files.length === 0) continue;
  await step(`${folder} is formatted`, process.execPath, ['dist/cli.js', 'fmt', '--check', ...files]);
  await step(`${folder} checks without errors`, process.execPath, ['dist/cli.js', 'check', ...files]);
}

rmSync(scratch, { recursive: true });
if (failures.length > 0) console.log(`\nfailed: ${failures.join('; ')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
