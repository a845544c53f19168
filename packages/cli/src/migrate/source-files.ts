import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const LEFT_OUT = new Set(['node_modules', 'dist', 'build', 'coverage']);
const SOURCE = /\.[cm]?[jt]sx?$/;

/** The source files of a folder, and its manifests; not what is installed, generated or hidden. */
export function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry;
    const path = join(folder, name);
    if (entry.isDirectory()) {
      if (!LEFT_OUT.has(name) && !name.startsWith('.')) yield* sourceFiles(path);
    } else if (name === 'package.json' || (entry.isFile() && SOURCE.test(name))) yield path;
  }
}
