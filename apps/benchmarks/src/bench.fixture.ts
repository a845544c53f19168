import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const app = fileURLToPath(new URL('..', import.meta.url));

/** Long, for machines that do much else. */
export const WITHIN_MS = 480_000;

/** Compiles the benchmarks. */
export async function buildBenchmarks(): Promise<void> {
  const native = dirname(createRequire(import.meta.url).resolve('@typescript/native/package.json'));
  await run(process.execPath, [join(native, 'bin/tsc'), '-b', app]);
}

/** What a benchmark prints. */
export async function bench(name: string, ...options: readonly string[]): Promise<string> {
  const main = join(app, 'dist', name, 'main.js');
  const { stdout } = await run(process.execPath, ['--expose-gc', main, ...options]);
  return stdout;
}

/** Options of a run that is very short, writes nothing, and plays these scenarios; all of them if none is named. */
export const quick = (...scenarios: readonly string[]): readonly string[] => [
  '--quick',
  '--no-write',
  ...scenarios.flatMap((scenario) => ['--only', scenario]),
];
