import { setTimeout as pause } from 'node:timers/promises';
import type { NodeInfo } from '@catga/nestjs';
import { WORKERS } from '../cluster.js';
import type { WorkerId } from '../cluster.js';
import type { Stage } from '../stage.js';
import { judge } from '../verdict.js';
import { listenToKeys } from './keys.js';
import { Screen } from './screen.js';
import { toText } from './view.js';

const DRAW_EVERY_MS = 250;

/** A live table under load, and keys that make trouble. Resolves when the user has had enough. */
export async function runDashboard(stage: Stage): Promise<void> {
  const { cluster, load, tally, ledgers, brokerUrl, gatewayUrl } = stage;
  const title = `Gateway ${gatewayUrl.href}   ${brokerUrl}`;
  const screen = new Screen(process.stdout);
  let nodes: readonly NodeInfo[] = [];
  let selected: WorkerId = WORKERS[0];
  let event = 'All nodes are up.';

  const draw = async (): Promise<void> => {
    nodes = await cluster.nodes().catch(() => nodes);
    const verdict = judge(tally, ledgers, cluster.killed);
    const isRunning = (nodeId: WorkerId): boolean => cluster.isRunning(nodeId);
    const lastEvent = cluster.crashes.at(-1) ?? event;
    screen.draw(toText({ title, nodes, isRunning, selected, tally, verdict, event: lastEvent }));
  };

  let isRestarting = false;
  const restartAll = async (): Promise<string> => {
    if (isRestarting) return event;
    isRestarting = true;
    try {
      await cluster.rollingRestart((nodeId) => (event = `Restarting ${nodeId} ...`));
      return 'Every node was restarted.';
    } finally {
      isRestarting = false;
    }
  };
  const act = (what: string, action: () => Promise<unknown>): void => {
    event = what;
    action().then(
      (done) => (event = typeof done === 'string' ? done : event),
      (thrown: unknown) => (event = String(thrown)),
    );
  };

  const over = new AbortController();
  const stopListening = listenToKeys(process.stdin, (key) => {
    const chosen = WORKERS[Number(key) - 1];
    if (chosen !== undefined) selected = chosen;
    const nodeId = selected;
    if (key === 'k') act(`Killed ${nodeId}.`, () => cluster.killNode(nodeId));
    if (key === 's')
      act(`Starting ${nodeId} ...`, () => cluster.startNode(nodeId).then(() => `${nodeId} is up.`));
    if (key === 'r') act('Rolling restart ...', restartAll);
    if (key === 'q') over.abort();
  });

  load.start();
  while (!over.signal.aborted) {
    await draw();
    await pause(DRAW_EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
  }
  stopListening();
  void load.stop(); // What is unanswered now does not matter any more.
  process.stdout.write('Stopping ...\n');
}
