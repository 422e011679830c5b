/**
 * The compiler in a page: what `index.ts` offers to Node, and the files of the page. A program reads its data and imports
 * from what `putFile` has put there; the library is part of the bundle.
 */
export * from './index.js';
export { putFile, removeFile } from './browser/files.js';
export { prepareDeviceRun } from './device_run.js';
export type { DeviceRun } from './device_run.js';
export { adapterName, faultText, findAdapter } from './runtime/webgpu/index.js';
