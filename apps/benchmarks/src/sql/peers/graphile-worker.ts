import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pool } from 'pg';

export const GRAPHILE_WORKER = 'graphile-worker@0.16.6';
const folder = fileURLToPath(
  new URL(`../../../../../node_modules/.cache/catga-bench/${GRAPHILE_WORKER}`, import.meta.url),
);

interface WorkerOptions {
  readonly pgPool: Pool;
  readonly logger: unknown;
}

/** What is used of graphile-worker. */
interface GraphileWorker {
  readonly Logger: new (factory: () => () => void) => unknown;
  readonly makeWorkerUtils: (
    options: WorkerOptions,
  ) => Promise<{ migrate(): Promise<void>; release(): Promise<void> }>;
  readonly run: (
    options: WorkerOptions & {
      readonly concurrency: number;
      readonly noHandleSignals: boolean;
      readonly taskList: Readonly<Record<string, (payload: unknown) => Promise<void>>>;
    },
  ) => Promise<{ stop(): Promise<void> }>;
}

/** Installs it outside of the workspaces, once: only this benchmark uses it, and it brings 60 packages. */
export async function installGraphileWorker(): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const installing = await mkdtemp(`${folder}-`);
  await writeFile(`${installing}/package.json`, '{ "private": true }');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', installing];
  await promisify(execFile)('npm', ['install', ...options, GRAPHILE_WORKER], { cwd: installing });
  await rename(installing, folder);
}

export function graphileWorker(): GraphileWorker {
  return createRequire(`${folder}/package.json`)('graphile-worker') as GraphileWorker;
}
