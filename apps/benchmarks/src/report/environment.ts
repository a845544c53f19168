import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where and on what a run took place. */
export interface Environment {
  readonly date: string;
  readonly machine: string;
  readonly load: string;
  /** What ran, with its version. */
  readonly versions: readonly (readonly [name: string, version: string])[];
}

/** @param measured the packages that ran */
export function describeEnvironment(measured: readonly string[]): Environment {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory}, ${platform()} ${release()} ${arch()}`,
    load: (loadavg()[0] ?? 0).toFixed(1),
    versions: [
      ['Node.js', process.versions.node],
      ['V8', process.versions.v8],
      ...measured.map((name) => [name, versionOf(name)] as const),
    ],
  };
}

/** From the package's own package.json, which not every package lets be imported. */
function versionOf(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  while (folder !== dirname(folder)) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name === name && manifest.version !== undefined) return manifest.version;
    folder = dirname(folder);
  }
  return 'unknown';
}

function readManifest(path: string): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
