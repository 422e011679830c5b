/**
 * What an emitted module has to have for its WebAssembly: the bytes as text, and the code that turns them into a
 * module of the engine. The bytes are those that every engine with vectors takes; where a product and its sum may be
 * made with one rounding, and the engine has an instruction for that, it takes their place at loading.
 */
import { encodeModule } from '../wasm/encode.js';
import { fusedOpcodes, productPlaces } from '../wasm/product-sums.js';
import type { WrittenProgram } from '../wasm/write-program.js';

/** Names that the text declares. */
export const wasmNames =
  'WasmEngine wasmText fusedPlaces wasm loadWasm bytesOf fuseProducts createInWasm createInScript createDriver';

const lineWidth = 108;

export function wasmText({ code, exports }: WrittenProgram): string {
  const module = { exports, memory: code.memorySize };
  const plain = encodeModule({ ...module, products: 'apart' });
  const places = productPlaces(plain, encodeModule({ ...module, products: 'fused' }));
  const fuses = places.length > 0;
  return [
    '/** The functions of the program as WebAssembly, in base64. */',
    `const wasmText = \`\n${base64(plain)}\`;`,
    ...(fuses
      ? [
          '/** The instructions in it that an engine with fused products and sums may have otherwise: the distances between them. */',
          `const fusedPlaces = \`\n${base64(places)}\`;`,
        ]
      : []),
    engineText,
    loadText(fuses),
    bytesText,
    ...(fuses ? [fuseText] : []),
  ].join('\n\n');
}

function base64(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  const lines: string[] = [];
  for (let from = 0; from < text.length; from += lineWidth) lines.push(text.slice(from, from + lineWidth));
  return lines.join('\n');
}

/** Not all hosts whose types a module is checked with know WebAssembly. */
const engineText = `interface WasmEngine {
  validate(bytes: Uint8Array): boolean;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly [name: string]: unknown } };
}

let wasm: { readonly engine: WasmEngine; readonly module: object } | undefined;`;

const loadText = (
  fuses: boolean,
): string => `/** Undefined where there is no WebAssembly, or none with vectors. */
function loadWasm(): typeof wasm {
  const engine = Reflect.get(globalThis, 'WebAssembly') as unknown as WasmEngine | undefined;
  if (engine === undefined) return undefined;
  const plain = bytesOf(wasmText);
${
  fuses
    ? `  const fused = fuseProducts(plain, bytesOf(fusedPlaces));
  const bytes = [fused, plain].find((each) => engine.validate(each));
  return bytes && { engine, module: new engine.Module(bytes) };`
    : `  return engine.validate(plain) ? { engine, module: new engine.Module(plain) } : undefined;`
}
}`;

const bytesText = `function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}`;

const opcodePairs = [...fusedOpcodes].map(([apart, fused]) => `${apart}: ${fused}`).join(', ');

const fuseText = `function fuseProducts(plain: Uint8Array, gaps: Uint8Array): Uint8Array {
  // A product that stands apart becomes nothing, the sum that follows makes both.
  const together: { readonly [opcode: number]: number } = { ${opcodePairs} };
  const fused = plain.slice();
  let place = 0;
  let gap = 0;
  let shift = 0;
  for (const byte of gaps) {
    gap += (byte & 127) << shift;
    shift += 7;
    if (byte > 127) continue;
    place += gap;
    gap = 0;
    shift = 0;
    const opcode = together[plain[place + 1] ?? 0];
    if (opcode === undefined) fused.fill(1, place, place + 3);
    else fused.set([opcode, 2], place + 1);
  }
  return fused;
}`;
