import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Generated folders, skipped beside a `package.json`; elsewhere they may be folders of a domain. */
const GENERATED = new Set(['dist', 'build', 'coverage']);
const SOURCE = /\.[cm]?[jt]sx?$/;

/** Source files and manifests of a folder, except installed, generated and hidden ones. */
export function* sourceFiles(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  const isProject = entries.some(({ name }) => name === 'package.json');
  for (const entry of entries) {
    const { name } = entry;
    const path = join(folder, name);
    if (entry.isDirectory()) {
      const isLeftOut = name === 'node_modules' || name.startsWith('.') || (isProject && GENERATED.has(name));
      if (!isLeftOut) yield* sourceFiles(path);
    } else if (entry.isFile() && (name === 'package.json' || SOURCE.test(name))) yield path;
  }
}
