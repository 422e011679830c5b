import { describe, expect, it } from 'vitest';
import { DeviceLayout } from '../../../src/codegen/wgsl/device_layout.js';
import { leastCapabilities } from '../../../src/codegen/wgsl/device_limits.js';
import { scheduleProgram } from '../../../src/codegen/schedule-program.js';
import { locate } from '../../../src/ir/nest.js';
import { at } from '../../../src/ir/types.js';
import { networkProgram } from '../programs.js';

const { limits } = leastCapabilities;
const sizes = { rows: 60, inputs: 5, hidden: 7, classes: 3 };

describe('the layout of a program for a device', () => {
  it('gives a step its rows and its cells for measures within rings, at its number among the steps', () => {
    const program = networkProgram(sizes, 10, 20);
    const layout = new DeviceLayout(limits);
    const { places } = scheduleProgram(program, layout, { slots: [8] });
    const phase = at(places.phases, 0);
    expect(phase.rows?.size).toBe(8 * 10);
    expect(places.measures.size).toBe(8 * 3);
    expect(phase.ring?.slot.terms.map(({ variable }) => variable.extent)).toEqual([8]);
  });

  it('lays arrays at multiples of 32 elements', () => {
    const layout = new DeviceLayout(limits);
    const { places } = scheduleProgram(networkProgram(sizes, 10, 20), layout, { slots: [8] });
    for (const place of [...places.raw, ...places.data, places.parameters]) {
      expect(layout.home(locate(place).buffer).offset % 32).toBe(0);
    }
  });

  it('spreads over several arenas what one binding cannot hold, and no array over two', () => {
    const layout = new DeviceLayout({ ...limits, maxStorageBufferBindingSize: 2048 });
    const { places } = scheduleProgram(networkProgram(sizes, 10, 20), layout, { slots: [8] });
    expect(layout.tooLarge()).toEqual([]);
    const arenas = layout.arenas();
    expect(arenas.length).toBeGreaterThan(3);
    expect(layout.names().slice(0, 3)).toEqual(['reals', 'integers', 'reals_1']);
    const slices = [...places.raw, ...places.data, places.evaluation].map((place) => layout.slice(place));
    for (const { arena, offset, size } of slices) {
      expect(offset + size).toBeLessThanOrEqual(at(arenas, arena).size);
    }
    expect(new Set(slices.map(({ arena }) => arena)).size).toBeGreaterThan(1);
  });

  it('names the arrays that no binding can hold', () => {
    const layout = new DeviceLayout({ ...limits, maxStorageBufferBindingSize: 1024 });
    scheduleProgram(networkProgram(sizes, 10, 20), layout, { slots: [8] });
    expect(layout.tooLarge()).toContainEqual({ label: 'X', bytes: 60 * 5 * 4 });
  });
});
