/**
 * The devices that tests use. Dawn's null device judges modules on every machine; it runs nothing. Two CPU drivers
 * run kernels where they are installed: SwiftShader under Dawn, Mesa's llvmpipe under Deno, whose front end is naga. A
 * driver that is not there is a reason, so that a test is skipped and says why:
 *
 *     const { driver, reason } = await swiftShader();
 *     describe.skipIf(driver === undefined)(`kernels on SwiftShader${reason}`, ...)
 */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { create } from 'webgpu';
import { decodeArena, encodeWork, execute, messagesOf } from './kernels.js';
import type {
  EncodedOutcome,
  KernelModuleText,
  KernelOutcome,
  KernelWork,
  ModuleMessage,
  RunnerRequest,
} from './kernels.js';

/** Something that judges modules and runs kernels. */
export interface Driver {
  readonly name: string;
  /** Features of WebGPU that modules may use on it, such as `subgroups`. */
  readonly features: ReadonlySet<string>;
  readonly validate: (modules: readonly KernelModuleText[]) => Promise<readonly ModuleMessage[]>;
  readonly runKernels: (work: KernelWork) => Promise<KernelOutcome>;
}

/** A driver, or why there is none: text to put behind a test's title, empty where there is one. */
export interface Found<T> {
  readonly driver: T | undefined;
  readonly reason: string;
}

/** A driver in this process, with its device for what drives one itself. */
export interface DawnDriver extends Driver {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
}

const wantedFeatures: readonly GPUFeatureName[] = ['subgroups', 'shader-f16', 'timestamp-query'];

/** What holds the native side in place: without a reference to `gpu`, its devices go away under a test. */
const held: DawnDriver[] = [];

async function dawn(name: string, flags: readonly string[]): Promise<DawnDriver | undefined> {
  const gpu = create([...flags]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) return undefined;
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredFeatures });
  const driver: DawnDriver = {
    name,
    features: new Set(requiredFeatures),
    gpu,
    adapter,
    device,
    validate: (modules) => messagesOf(device, modules),
    runKernels: (work) => execute(device, work),
  };
  held.push(driver);
  return driver;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const none = <T>(what: string, why: string): Found<T> => {
  process.stderr.write(`skipped for want of a driver: ${what}: ${why}\n`);
  return { driver: undefined, reason: ` (skipped: ${why})` };
};

/** Dawn's device without hardware: judges every module, and runs none. */
export const nullDevice = once(async (): Promise<DawnDriver> => {
  const driver = await dawn('null', ['backend=null']);
  if (driver === undefined) throw new Error('Dawn has no null back end here');
  return driver;
});

const swiftShaderManifests = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];

const mesaManifests = [
  '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json',
  '/usr/share/vulkan/icd.d/lvp_icd.aarch64.json',
  '/usr/share/vulkan/icd.d/lvp_icd.json',
];

/** Set to see what is skipped on a machine without drivers. */
const without = process.env['ARGMIN_WITHOUT_DRIVERS'] !== undefined;

/** The driver's manifest: the one that the environment names, if it is of this driver, or where packages put it. */
function manifest(kind: RegExp, places: readonly string[]): string | undefined {
  if (without) return undefined;
  const named = (process.env['VK_ICD_FILENAMES'] ?? '').split(':').filter((file) => kind.test(file));
  return [...named, ...places].find((file) => existsSync(file));
}

/** SwiftShader, a Vulkan driver on the CPU that comes with Chromium, under Dawn. */
export const swiftShader = once(async (): Promise<Found<DawnDriver>> => {
  const what = 'SwiftShader under Dawn';
  const icd = manifest(/swiftshader/, swiftShaderManifests);
  if (icd === undefined)
    return none(what, "SwiftShader's vk_swiftshader_icd.json is not installed; it comes with chromium");
  // The Vulkan loader reads it when the instance is made.
  process.env['VK_ICD_FILENAMES'] = icd;
  process.env['XDG_RUNTIME_DIR'] ??= tmpdir();
  try {
    const driver = await dawn('SwiftShader', ['backend=vulkan', 'adapter=SwiftShader']);
    if (driver !== undefined) return { driver, reason: '' };
    return none(what, 'Dawn finds no adapter; is libvulkan1 installed?');
  } catch (error) {
    return none(what, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
});

export interface DenoCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How a script is run under Deno with Mesa's driver, or why it cannot be. */
export function denoOnMesa(script: string): DenoCommand | string {
  const command = fileURLToPath(new URL('../../node_modules/.bin/deno', import.meta.url));
  if (!existsSync(command)) return 'Deno is not installed';
  const icd = manifest(/lvp/, mesaManifests);
  if (icd === undefined) return "Mesa's lvp_icd is not installed; it comes with mesa-vulkan-drivers";
  const flags = ['--allow-all', '--no-check', '--no-config', '--no-lock', '--unstable-webgpu'];
  return {
    command,
    // Sloppy: `kernels.js` is `kernels.ts`, as for the type checker.
    args: ['run', ...flags, '--sloppy-imports', script],
    env: {
      ...process.env,
      VK_ICD_FILENAMES: icd,
      DENO_WEBGPU_BACKEND: 'vulkan',
      DENO_NO_UPDATE_CHECK: '1',
    },
  };
}

/** Mesa's llvmpipe, a Vulkan driver on the CPU, under Deno in a process of its own. */
export const llvmpipe = once(async (): Promise<Found<Driver>> => {
  const what = 'llvmpipe under Deno';
  const deno = denoOnMesa(fileURLToPath(new URL('deno_runner.ts', import.meta.url)));
  if (typeof deno === 'string') return none(what, deno);
  const child = spawn(deno.command, deno.args, { env: deno.env });
  const ask = conversation(child);
  const hello = await ask({ kind: 'hello' });
  if (hello.kind !== 'hello') {
    child.kill();
    return none(what, hello.kind === 'failed' ? (hello.text.split('\n')[0] ?? '') : 'no greeting');
  }
  const driver: Driver = {
    name: 'llvmpipe',
    features: new Set(hello.features),
    validate: async (modules) => {
      const answer = await ask({ kind: 'validate', modules });
      if (answer.kind !== 'messages') throw new Error(`Deno answered with ${JSON.stringify(answer)}`);
      return answer.messages;
    },
    runKernels: async (work) => {
      const answer = await ask({ kind: 'run', work: encodeWork(work) });
      if (answer.kind === 'done') return { kind: 'done', arenas: answer.arenas.map(decodeArena) };
      if (answer.kind === 'refused') return answer;
      throw new Error(`Deno answered with ${JSON.stringify(answer)}`);
    },
  };
  return { driver, reason: '' };
});

/** Lines there, lines back, one answer for each question. The child keeps this process alive only while one is open. */
function conversation(
  child: ChildProcessWithoutNullStreams,
): (request: RunnerRequest) => Promise<EncodedOutcome> {
  const waiting: ((answer: EncodedOutcome) => void)[] = [];
  let complaints = '';
  const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as {
    ref?: () => void;
    unref?: () => void;
  }[];
  const rest = (): void => {
    for (const handle of handles) handle.unref?.();
  };
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString()}`.slice(-4000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.(JSON.parse(line) as EncodedOutcome);
    if (waiting.length === 0) rest();
  });
  const end = (text: string): void => {
    for (const answer of waiting.splice(0)) answer({ kind: 'failed', text });
  };
  child.on('error', (error) => end(error.message));
  child.on('exit', (code) => end(`Deno ended with status ${code}: ${complaints.trim()}`));
  child.stdin.on('error', (error) => end(error.message));
  process.on('exit', () => child.kill());
  return (request) =>
    new Promise((resolve) => {
      if (child.exitCode !== null) {
        resolve({ kind: 'failed', text: `Deno has ended: ${complaints.trim()}` });
        return;
      }
      for (const handle of handles) handle.ref?.();
      waiting.push(resolve);
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
}
