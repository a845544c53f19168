import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '@catga/core/engine';
import { GUSTS, LONGEST_CALM_MS, LONGEST_GUST_MS } from '../scenarios/storm.js';
import { NODE_IDS } from './stage.js';
import type { Stage } from './stage.js';

/** Longer than anything that is tried again is waited for: whatever has not come by then does not come. */
const QUIET_MS = 20_000;
const LOOK_EVERY_MS = 500;
const SAY_EVERY_MS = 30_000;

/** What was done to the nodes and the broker, how often. */
type Faults = ReadonlyMap<string, number>;

/** One fault after the other, each in its turn, and each node in its turn; how long is left to the seed. */
export async function blow(
  stage: Stage,
  seed: number,
  isOver: () => boolean,
  say: (line: string) => void,
): Promise<Faults> {
  const random = new SeededRandom(seed);
  const faults = new Map<string, number>();
  const gusts = Object.entries(GUSTS);
  let saidMs = performance.now();
  for (let turn = 0; ; turn++) {
    await pause(random.next() * LONGEST_CALM_MS);
    await stage.everyoneIsBack();
    const [name, gust] = gusts[turn % gusts.length] ?? [];
    // The nodes take turns in each fault, and all of them come to all.
    const nodeId = NODE_IDS[Math.floor(turn / gusts.length) % NODE_IDS.length];
    if (isOver() || name === undefined || gust === undefined || nodeId === undefined) return faults;
    await gust(stage, nodeId, random.next() * LONGEST_GUST_MS);
    faults.set(name, (faults.get(name) ?? 0) + 1);
    if (performance.now() - saidMs < SAY_EVERY_MS) continue;
    saidMs = performance.now();
    say(`${turn + 1} faults, ${(stage.files.ledgerBytes / 1024 / 1024).toFixed(0)} MiB in the ledger`);
  }
}

/** Resolves once nothing has happened for long. */
export async function quiet(stage: Stage): Promise<void> {
  await stage.everyoneIsBack();
  let sinceMs = performance.now();
  for (let before = -1; performance.now() - sinceMs < QUIET_MS; await pause(LOOK_EVERY_MS)) {
    const bytes = stage.files.ledgerBytes;
    if (bytes !== before) sinceMs = performance.now();
    before = bytes;
  }
}

export function describe(faults: Faults): string {
  return [...faults].map(([name, count]) => `${name} ${count} times`).join(', ');
}
