/** One test for each driver that runs kernels; skipped, with the reason in its title, where there is none. */
import { it } from 'vitest';
import { llvmpipe, swiftShader } from './device.js';
import type { Driver } from './device.js';

const drivers = [
  ['SwiftShader', await swiftShader()],
  ['llvmpipe', await llvmpipe()],
] as const;

export function onDrivers(title: string, body: (driver: Driver) => Promise<void>): void {
  for (const [name, { driver, reason }] of drivers) {
    it.skipIf(driver === undefined)(`${title}, on ${name}${reason}`, async () => {
      if (driver !== undefined) await body(driver);
    });
  }
}
