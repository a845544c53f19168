/** What the conductor tells a process: JSON on its command line. */
export interface NodeSettings {
  readonly brokerUrl: string;
  readonly namespace: string;
  readonly nodeId: string;
  readonly service: string;
  readonly ledgerPort: number;
  /** Where a caller writes its calls down. */
  readonly callFile: string;
  /** How many messages the node handles at a time, and how many wait. */
  /** How much the broker stores of events and commands each; what it will if left out. */
  readonly maxStreamBytes?: number;
  readonly concurrency: { readonly maxInFlight: number; readonly maxQueued: number };
}

export function readNodeSettings(): NodeSettings {
  const [settings = ''] = process.argv.slice(2);
  return JSON.parse(settings) as NodeSettings;
}
