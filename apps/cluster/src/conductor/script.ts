import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerId } from './cluster.js';
import type { Stage } from './stage.js';
import { problemsOf, summaryOf } from './summary.js';
import type { Result } from './summary.js';
import { judge } from './verdict.js';

/** When the faults come, as shares of the whole; each waits for the one before. */
const FIRST_KILL_AT = 0.15;
const SECOND_KILL_AT = 0.4;
const ROLLING_RESTART_AT = 0.6;
/** How long a killed node stays away, as a share of the whole. */
const AWAY = 0.08;

/** Load, two SIGKILLs, a rolling restart, a summary. Resolves with whether all went well. */
export async function runScript(
  stage: Stage,
  seconds: number,
  say: (line: string) => void,
): Promise<boolean> {
  const { cluster, load, tally, ledgers } = stage;
  const startedMs = performance.now();
  const at = (share: number): Promise<void> =>
    pause(Math.max(0, startedMs + share * seconds * 1000 - performance.now()));
  const killAndStart = async (nodeId: WorkerId): Promise<void> => {
    say(`SIGKILL ${nodeId}`);
    await cluster.killNode(nodeId);
    await pause(AWAY * seconds * 1000);
    await cluster.startNode(nodeId);
    say(`${nodeId} is back`);
  };
  say(`Load on ${stage.gatewayUrl.href} for ${seconds} seconds`);
  load.start();
  await at(FIRST_KILL_AT);
  await killAndStart('orders-1');
  await at(SECOND_KILL_AT);
  await killAndStart('shipping-1');
  await at(ROLLING_RESTART_AT);
  await cluster.rollingRestart((nodeId) => say(`Restarting ${nodeId}`));
  await at(1);
  say('No more load; waiting for the answers');
  await load.stop();
  const { crashes, killed } = cluster;
  const verdict = judge(tally, ledgers, killed);
  const result: Result = { tally, verdict, crashes, kills: killed.size, rollingRestarts: 1 };
  say(`\n${summaryOf(result)}`);
  return problemsOf(result).length === 0;
}
