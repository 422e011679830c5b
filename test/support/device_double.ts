/**
 * A stand-in for a GPU device: kernels are functions of the test, commands run when they are submitted, and everything that
 * a host does is counted. It knows no more of WebGPU than the runtime uses.
 */
export type FakeKernel = (arenas: readonly ArrayBuffer[]) => void;

export interface Counts {
  submits: number;
  passes: number;
  dispatches: number;
  maps: number;
  /** Of a queue: `writeBuffer`. */
  writes: number;
  /** The most staging buffers that were waited for at once. */
  mostInFlight: number;
}

interface FakeBuffer {
  readonly size: number;
  readonly data: ArrayBuffer;
}

export interface DeviceDouble {
  readonly device: GPUDevice;
  readonly counts: Counts;
  /** The device goes away at the next map. */
  lose(message: string): void;
}

export function deviceDouble(kernels: Readonly<Record<string, FakeKernel>>): DeviceDouble {
  const counts: Counts = { submits: 0, passes: 0, dispatches: 0, maps: 0, writes: 0, mostInFlight: 0 };
  let inFlight = 0;
  let losing: string | undefined;
  let announce: (info: { message: string; reason: string }) => void = () => undefined;
  const lost = new Promise((resolve) => (announce = resolve));

  const makeBuffer = ({ size }: { size: number }): FakeBuffer & Record<string, unknown> => {
    const data = new ArrayBuffer(size);
    return {
      size,
      data,
      mapAsync: async () => {
        counts.maps += 1;
        inFlight += 1;
        counts.mostInFlight = Math.max(counts.mostInFlight, inFlight);
        await new Promise((resolve) => setTimeout(resolve, 0));
        inFlight -= 1;
        if (losing === undefined) return;
        announce({ message: losing, reason: 'unknown' });
        throw new Error('the map was aborted');
      },
      getMappedRange: (start: number, length: number) => data.slice(start, start + length),
      unmap: () => undefined,
      destroy: () => undefined,
    };
  };

  const makeEncoder = (): Record<string, unknown> => {
    const commands: (() => void)[] = [];
    return {
      beginComputePass: () => {
        counts.passes += 1;
        let entryPoint = '';
        let arenas: readonly FakeBuffer[] = [];
        return {
          setBindGroup: (_: number, group: readonly FakeBuffer[]) => (arenas = group),
          setPipeline: (pipeline: { entryPoint: string }) => (entryPoint = pipeline.entryPoint),
          dispatchWorkgroups: () => {
            counts.dispatches += 1;
            const kernel = kernels[entryPoint];
            if (kernel === undefined) throw new Error(`no kernel ${entryPoint}`);
            const bound = arenas;
            commands.push(() => kernel(bound.map(({ data }) => data)));
          },
          end: () => undefined,
        };
      },
      copyBufferToBuffer: (from: FakeBuffer, at: number, to: FakeBuffer, into: number, size: number) => {
        commands.push(() => new Uint8Array(to.data).set(new Uint8Array(from.data, at, size), into));
      },
      finish: () => commands,
    };
  };

  const device = {
    limits: { maxBufferSize: 2 ** 28 },
    features: new Set<string>(),
    lost,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    queue: {
      writeBuffer: (to: FakeBuffer, at: number, source: ArrayBuffer, start: number, size: number) => {
        counts.writes += 1;
        new Uint8Array(to.data).set(new Uint8Array(source, start, size), at);
      },
      submit: (submitted: readonly (readonly (() => void)[])[]) => {
        counts.submits += 1;
        for (const commands of submitted) for (const command of commands) command();
      },
    },
    pushErrorScope: () => undefined,
    popErrorScope: async () => null,
    createBuffer: makeBuffer,
    createCommandEncoder: makeEncoder,
    createShaderModule: () => ({ getCompilationInfo: async () => ({ messages: [] }) }),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createBindGroup: ({ entries }: { entries: readonly { resource: { buffer: FakeBuffer } }[] }) =>
      entries.map(({ resource }) => resource.buffer),
    createComputePipelineAsync: async ({ compute }: { compute: { entryPoint: string } }) => ({
      entryPoint: compute.entryPoint,
    }),
  };
  return {
    device: device as unknown as GPUDevice,
    counts,
    lose: (message) => {
      losing = message;
    },
  };
}
