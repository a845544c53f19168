import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** For busy machines; a moment if nothing has changed. */
export const BUILD_WITHIN_MS = 120_000;

/** Compiles the application: processes run what is built. */
export function buildCluster(): void {
  const compiler = `${ROOT}node_modules/@typescript/native/bin/tsc`;
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-b', 'apps/cluster'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
}
