/** `argmin compile FILE -o DIR`: the program as one readable TypeScript module, or as kernels with a host module. */
import path from 'node:path';
import { compileSource } from '../../compile.js';
import type { Compilation } from '../../compile.js';
import { librarySources } from '../../package.js';
import type { Diagnostic } from '../../parser/diagnostic.js';
import type { CompileCommandOptions } from '../command_line.js';
import { readBindings } from '../bindings.js';
import { writeAll } from '../output.js';
import { readSource } from '../sources.js';
import { commandError, exit, print, sayDiagnostics, sayError, statusOf } from '../terminal.js';
import type { ExitStatus } from '../terminal.js';
import { unsupportedTarget } from '../targets.js';

export async function compile(file: string, options: CompileCommandOptions): Promise<ExitStatus> {
  const wrong = unsupportedTarget('compile', options.target);
  if (wrong !== undefined) return wrong;
  const source = readSource(file);
  if (!source.ok) return sayError(source.error);
  const bindings = readBindings(options);
  if (!bindings.ok) return sayError(bindings.error);
  const { compilation, diagnostics } = await compileSource(source.source, {
    allowOutside: options.allowOutside === true,
    ...bindings.value,
  });
  sayDiagnostics(diagnostics);
  if (compilation === undefined) return statusOf(diagnostics);
  if (compilation.program.phases.length === 0) {
    return sayError(
      commandError('AM0006', `"${file}" has nothing to solve`, ['it needs a `solve using ...`'], exit.error),
    );
  }
  if (compilation.program.front !== undefined) {
    return sayError(
      commandError(
        'AM6037',
        `"${file}" solves a front, and a module runs one solve`,
        [
          'run it: `argmin run FILE`; a module of one point is `solve using ... on METHOD(preference = [...])`',
        ],
        exit.error,
      ),
    );
  }
  const name = path.basename(file, '.opt');
  const emitted = await emit(name, compilation, options);
  if (!emitted.ok) {
    sayDiagnostics(emitted.diagnostics);
    return exit.error;
  }
  const files = emitted.files.map((each) => ({
    file: path.join(options.out, each.name),
    content: each.text,
  }));
  const error = writeAll(files);
  if (error !== undefined) return sayError(error);
  print(files.map((each) => `wrote ${each.file}`).join('\n'));
  return exit.ok;
}

type Emitted =
  | { readonly ok: true; readonly files: readonly { readonly name: string; readonly text: string }[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

async function emit(
  name: string,
  { source, program }: Compilation,
  { target, sourceMap: withMap, wasm, deterministic, out }: CompileCommandOptions,
): Promise<Emitted> {
  const doc = headComment(source.text);
  if (target === 'wgsl') {
    const { compileDeviceProgram } = await import('../../codegen/wgsl/compile_program.js');
    const { emitDeviceModule } = await import('../../codegen/wgsl/emit_device_module.js');
    const compiled = compileDeviceProgram(program);
    if (!compiled.ok) return compiled;
    return { ok: true, files: await emitDeviceModule(name, program, compiled.value.plan, { doc }) };
  }
  const { emitMappedModule } = await import('../../codegen/typescript/emit-module.js');
  const { text, origins } = await emitMappedModule(program, {
    doc,
    wasm: !wasm ? 'none' : deterministic === true ? 'deterministic' : 'fast',
  });
  if (withMap !== true) return { ok: true, files: [{ name: `${name}.ts`, text }] };
  const { sourceMap } = await import('../../codegen/source-map.js');
  // Sources are found from the folder of the map; the library's travel with it.
  const isLibrary = (file: string): boolean => file.startsWith('std/');
  const map = sourceMap(
    `${name}.ts`,
    origins.map((origin) =>
      isLibrary(origin.path) ? origin : { ...origin, path: path.relative(out, origin.path) },
    ),
    librarySources(),
  );
  return {
    ok: true,
    files: [
      { name: `${name}.ts`, text: `${text}//# sourceMappingURL=${encodeURIComponent(name)}.ts.map\n` },
      { name: `${name}.ts.map`, text: `${JSON.stringify(map)}\n` },
    ],
  };
}

/** The comment at the top of a file, as the module's description. */
function headComment(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end === -1 ? lines.length : end)
    .map((line) => line.replace(/^\/\/+ ?/, '').trimEnd())
    .join('\n');
}
