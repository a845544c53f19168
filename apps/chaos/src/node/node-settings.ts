import type { EngineSettings } from '../broker/engine-settings.js';
import type { Leases } from './leases.js';

/** What the conductor tells a process: JSON on its command line. */
export interface NodeSettings {
  readonly engine: EngineSettings;
  readonly namespace: string;
  readonly nodeId: string;
  readonly service: string;
  readonly ledgerPort: number;
  /** Where a caller writes its calls down. */
  readonly callFile: string;
  /** The folder of its outbox, if it has one. */
  readonly outbox?: string;
  /** How long a node that stops waits for its handlers, in milliseconds. */
  readonly drainTimeoutMs?: number;
  /** How often a stored message is delivered to a handler that fails. */
  readonly maxAttempts: number;
  /** Whether it runs sagas, and what they need, instead of all else. */
  readonly hasSagas?: boolean;
  readonly leases: Leases;
  /** How many messages the node handles at a time, and how many wait. */
  readonly concurrency: { readonly maxInFlight: number; readonly maxQueued: number };
}

export function readNodeSettings(): NodeSettings {
  const [settings = ''] = process.argv.slice(2);
  return JSON.parse(settings) as NodeSettings;
}
