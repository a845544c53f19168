import { createRequire } from 'node:module';
import type { Pool } from 'pg';
import { installOutside, outside } from './outside.js';

export const GRAPHILE_WORKER = 'graphile-worker@0.16.6';
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

/** Only this benchmark uses it, and it brings 60 packages. */
export function installGraphileWorker(): Promise<void> {
  return installOutside(GRAPHILE_WORKER);
}

export function graphileWorker(): GraphileWorker {
  return createRequire(`${outside(GRAPHILE_WORKER)}/package.json`)('graphile-worker') as GraphileWorker;
}
