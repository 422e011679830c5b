/**
 * The other side of `device.ts`, run by Deno: a line of JSON with a request comes in, a line with the answer goes out.
 * Deno's front end is naga, a second opinion on every module.
 */
import { createInterface } from 'node:readline';
import { decodeArena, encodeArena, execute, messagesOf } from './kernels.js';
import type { EncodedOutcome, RunnerRequest } from './kernels.js';

async function answerTo(device: GPUDevice, request: RunnerRequest): Promise<EncodedOutcome> {
  switch (request.kind) {
    case 'hello':
      return { kind: 'hello', features: [...device.features] };
    case 'validate':
      return { kind: 'messages', messages: await messagesOf(device, request.modules) };
    case 'run': {
      const outcome = await execute(device, {
        ...request.work,
        arenas: request.work.arenas.map(decodeArena),
      });
      return outcome.kind === 'done' ? { kind: 'done', arenas: outcome.arenas.map(encodeArena) } : outcome;
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function acquire(): Promise<GPUDevice | string> {
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (adapter === null) return 'Deno finds no adapter';
    const requiredFeatures = (['shader-f16', 'subgroups', 'timestamp-query'] as const).filter((feature) =>
      adapter.features.has(feature),
    );
    return await adapter.requestDevice({ requiredFeatures });
  } catch (error) {
    return textOf(error);
  }
}

const device = await acquire();
for await (const line of createInterface({ input: process.stdin })) {
  let answer: EncodedOutcome;
  try {
    answer =
      typeof device === 'string'
        ? { kind: 'failed', text: device }
        : await answerTo(device, JSON.parse(line) as RunnerRequest);
  } catch (error) {
    answer = { kind: 'failed', text: textOf(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
