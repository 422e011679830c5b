/**
 * A piece of work for a device in a test: arenas, modules, and dispatches in order. It is plain data, so that the same
 * work goes to Dawn in this process and to Deno in another one, whose script imports this file too.
 */

/** Values of an arena, and with them its type: `f32` or `i32`. */
export type ArenaValues = Float32Array | Int32Array;

export interface KernelModuleText {
  readonly name: string;
  readonly code: string;
}

export interface Dispatch {
  /** Index into `modules`. */
  readonly module: number;
  readonly entryPoint: string;
  readonly groups: readonly [number, number, number];
}

export interface KernelWork {
  /** Arena `i` is read and written at binding `i` of group 0; it starts with these values. */
  readonly arenas: readonly ArenaValues[];
  readonly modules: readonly KernelModuleText[];
  readonly dispatches: readonly Dispatch[];
}

/** One message of a front end about a module. */
export interface ModuleMessage {
  readonly module: string;
  readonly kind: 'error' | 'warning' | 'info';
  /** From 1; 0 where the front end names no line. */
  readonly line: number;
  readonly text: string;
}

/** What a device answers: the arenas after the work, or what it has against a module. */
export type KernelOutcome =
  | { readonly kind: 'done'; readonly arenas: readonly ArenaValues[] }
  | { readonly kind: 'refused'; readonly messages: readonly ModuleMessage[] };

/** What a front end says of the modules. */
export async function messagesOf(
  device: GPUDevice,
  modules: readonly KernelModuleText[],
): Promise<readonly ModuleMessage[]> {
  const shaders = modules.map(({ name, code }) => shaderOf(device, name, code));
  const found: ModuleMessage[] = [];
  for (const [index, pending] of shaders.entries()) {
    const { shader, refusal } = await pending;
    const { messages } = await shader.getCompilationInfo();
    const name = modules[index]?.name ?? '';
    for (const { type, lineNum, message } of messages)
      found.push({ module: name, kind: type, line: lineNum, text: message });
    // Some front ends only raise the error and have no messages.
    if (refusal !== undefined && !messages.some(({ type }) => type === 'error'))
      found.push({ module: name, kind: 'error', line: 0, text: refusal });
  }
  return found;
}

async function shaderOf(
  device: GPUDevice,
  label: string,
  code: string,
): Promise<{ shader: GPUShaderModule; refusal: string | undefined }> {
  device.pushErrorScope('validation');
  const shader = device.createShaderModule({ label, code });
  const error = await device.popErrorScope();
  return { shader, refusal: error?.message };
}

/** Runs the dispatches in order, in one pass, and reads every arena back. */
export async function execute(device: GPUDevice, work: KernelWork): Promise<KernelOutcome> {
  const messages = (await messagesOf(device, work.modules)).filter(({ kind }) => kind === 'error');
  if (messages.length > 0) return { kind: 'refused', messages };
  device.pushErrorScope('validation');
  device.pushErrorScope('internal');
  const bytes = work.arenas.map((values) => Math.max(4, values.byteLength));
  const buffers = work.arenas.map((values, index) => {
    // STORAGE, COPY_SRC, COPY_DST: the names are globals in a browser only.
    const buffer = device.createBuffer({ size: bytes[index] ?? 4, usage: 0x80 | 0x04 | 0x08 });
    if (values.length > 0) device.queue.writeBuffer(buffer, 0, values as ArrayBufferView<ArrayBuffer>);
    return buffer;
  });
  const bindings = device.createBindGroupLayout({
    entries: buffers.map((_, binding) => ({
      binding,
      visibility: 0x4,
      buffer: { type: 'storage' as const },
    })),
  });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings] });
  const group = device.createBindGroup({
    layout: bindings,
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const shaders = work.modules.map(({ code }) => device.createShaderModule({ code }));
  const pipelines = new Map<string, GPUComputePipeline>();
  const pipelineOf = ({ module, entryPoint }: Dispatch): GPUComputePipeline => {
    const key = `${module} ${entryPoint}`;
    let pipeline = pipelines.get(key);
    if (pipeline === undefined) {
      const shader = shaders[module];
      if (shader === undefined) throw new Error(`no module ${module}`);
      pipeline = device.createComputePipeline({ layout, compute: { module: shader, entryPoint } });
      pipelines.set(key, pipeline);
    }
    return pipeline;
  };
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setBindGroup(0, group);
  for (const dispatch of work.dispatches) {
    pass.setPipeline(pipelineOf(dispatch));
    pass.dispatchWorkgroups(...dispatch.groups);
  }
  pass.end();
  const staging = buffers.map((buffer, index) => {
    const size = bytes[index] ?? 4;
    const copy = device.createBuffer({ size, usage: 0x1 | 0x8 });
    encoder.copyBufferToBuffer(buffer, 0, copy, 0, size);
    return copy;
  });
  device.queue.submit([encoder.finish()]);
  const problems = [await device.popErrorScope(), await device.popErrorScope()].filter((error) => error);
  if (problems.length > 0) {
    for (const buffer of [...buffers, ...staging]) buffer.destroy();
    const texts = problems.map((error) => error?.message ?? '');
    return {
      kind: 'refused',
      messages: texts.map((text) => ({ module: '', kind: 'error', line: 0, text })),
    };
  }
  const arenas: ArenaValues[] = [];
  for (const [index, values] of work.arenas.entries()) {
    const copy = staging[index];
    if (copy === undefined) throw new Error('an arena without a copy');
    await copy.mapAsync(0x1);
    const mapped = copy.getMappedRange().slice(0, values.byteLength);
    arenas.push(values instanceof Float32Array ? new Float32Array(mapped) : new Int32Array(mapped));
    copy.unmap();
  }
  for (const buffer of [...buffers, ...staging]) buffer.destroy();
  return { kind: 'done', arenas };
}

/** What is asked of the process that runs kernels under Deno. */
export type RunnerRequest =
  | { readonly kind: 'hello' }
  | { readonly kind: 'validate'; readonly modules: readonly KernelModuleText[] }
  | { readonly kind: 'run'; readonly work: EncodedWork };

/** What it answers. */
export type EncodedOutcome =
  | { readonly kind: 'hello'; readonly features: readonly string[] }
  | { readonly kind: 'messages'; readonly messages: readonly ModuleMessage[] }
  | { readonly kind: 'done'; readonly arenas: readonly EncodedArena[] }
  | { readonly kind: 'refused'; readonly messages: readonly ModuleMessage[] }
  | { readonly kind: 'failed'; readonly text: string };

/** Work as text: NaN and the infinities do not survive JSON as numbers. */
export interface EncodedWork extends Omit<KernelWork, 'arenas'> {
  readonly arenas: readonly EncodedArena[];
}

export interface EncodedArena {
  readonly type: 'f32' | 'i32';
  readonly base64: string;
}

export function encodeWork(work: KernelWork): EncodedWork {
  return { ...work, arenas: work.arenas.map(encodeArena) };
}

export function encodeArena(values: ArenaValues): EncodedArena {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return { type: values instanceof Float32Array ? 'f32' : 'i32', base64: btoa(text) };
}

export function decodeArena({ type, base64 }: EncodedArena): ArenaValues {
  const { buffer } = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return type === 'f32' ? new Float32Array(buffer) : new Int32Array(buffer);
}
