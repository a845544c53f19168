import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CACHE = '../../../../../node_modules/.cache/catga-bench/';

/** Folder of a package that only benchmarks use. */
export function outside(name: string): string {
  return fileURLToPath(new URL(`${CACHE}${name}`, import.meta.url));
}

/** Installs a package outside of the workspaces, once. */
export async function installOutside(name: string, ...others: readonly string[]): Promise<void> {
  const folder = outside(name);
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const installing = await mkdtemp(`${folder}-`);
  await writeFile(`${installing}/package.json`, '{ "private": true }');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', installing];
  await promisify(execFile)('npm', ['install', ...options, name, ...others], { cwd: installing });
  await rename(installing, folder);
}
