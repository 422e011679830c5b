/** Contractions that take in what follows them. */
import { describe, expect, it } from 'vitest';
import { compileDeviceRegion } from '../../../src/codegen/wgsl/compile_region.js';
import { generator, randomTensor } from '../../ir/inputs.js';
import { llvmpipe, nullDevice, swiftShader } from '../../support/device.js';
import { epilogueCases } from '../epilogue-cases.js';
import { compositions, expectSameOnDevice } from './compare.js';

describe('an epilogue', () => {
  it.each(epilogueCases)('makes one dispatch of what may be one: %s', async (_name, region, dispatches) => {
    const driver = await nullDevice();
    const compiled = compositions.map((composition) => compileDeviceRegion(region, composition));
    const messages = await driver.validate(compiled.map(({ module }) => module));
    expect(messages.map(({ text }) => `${text}\n${compiled[0]?.module.code ?? ''}`)).toEqual([]);
    expect(compiled[0]?.dispatches).toHaveLength(dispatches);
  });
});

for (const { driver, reason } of [await swiftShader(), await llvmpipe()]) {
  describe.skipIf(driver === undefined)(`an epilogue on ${driver?.name ?? 'a driver'}${reason}`, () => {
    it.each(epilogueCases)('computes what the interpreter computes: %s', async (_name, region) => {
      const random = generator(5);
      const inputs = region.parameters.map(({ type }) => randomTensor(type, -1, 1, random));
      await expectSameOnDevice(driver!, region, inputs);
    });
  });
}
