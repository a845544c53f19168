import { setTimeout as pause } from 'node:timers/promises';
import Table from 'cli-table3';
import type { ProcessStats } from '../node/process-stats.js';
import { KINDS } from '../promises/kinds.js';
import type { CallerAnswer, CallerAsk } from '../caller/caller-protocol.js';
import type { BrokerStats } from '../broker/broker.js';
import type { ChaosOptions } from './chaos-options.js';
import { KEYS, settled } from './play-scenario.js';
import { Stage } from './stage.js';

/** The processes that live through it all. */
const OLD = ['orders-1', 'caller-1'] as const;
/** Those that are restarted meanwhile. */
const RESTARTED = ['orders-2', 'mail-1'] as const;
const RESTARTS = 10;
/** The heap may be this many times what it was, and a little more: what is compiled and cached on the way. */
const HEAP_GROWTH = 1.25;
const HEAP_SLACK_BYTES = 8 * 1024 * 1024;
/** Timers that happen to be armed. */
const RESOURCE_SLACK = 4;
/** Streams and buckets that are made when they are first needed. What is left behind by each restart is more. */
const STORE_SLACK = 4;
/** On Redis each subscription has one more for what waits, made when it is first needed. */
const CONSUMER_SLACK = 8;

/** What there is when nothing is going on. */
interface Sample {
  readonly processes: Readonly<Record<(typeof OLD)[number], ProcessStats>>;
  readonly broker: BrokerStats;
}

/** Steady load of every kind with restarts; resolves with what did not return to where it was. */
export async function runSoak(
  { engine, seconds, rate }: Pick<ChaosOptions, 'engine' | 'seconds' | 'rate'>,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const stage = await Stage.open(engine);
  try {
    await load(stage, rate, seconds * 0.15, 0);
    const before = await sample(stage);
    await load(stage, rate, seconds * 0.85, RESTARTS);
    const after = await sample(stage);
    say(tableOf(before, after));
    return [...growthOf(before, after)];
  } finally {
    await stage.close();
  }
}

async function load(stage: Stage, rate: number, seconds: number, restarts: number): Promise<void> {
  const plan = { run: 'soak', instruction: 'work', isTwice: false, isSerial: false, keys: KEYS } as const;
  stage.calling.say({ what: 'start', rate, kinds: KINDS, plan } satisfies CallerAsk);
  for (let part = 0; part <= restarts; part++) {
    await pause((seconds * 1000) / (restarts + 1));
    const nodeId = RESTARTED[part % RESTARTED.length];
    if (part < restarts && nodeId !== undefined) await stage.restartNode(nodeId);
  }
  stage.calling.say({ what: 'stop' } satisfies CallerAsk);
  const { what } = await stage.calling.heard<CallerAnswer>();
  if (what !== 'done') throw new Error(`The caller said '${what}'.`);
  await settled(stage, plan.run);
}

async function sample(stage: Stage): Promise<Sample> {
  const orders = stage.node('orders-1');
  orders.say('stats');
  const handling = await orders.heard<ProcessStats>();
  stage.calling.say({ what: 'stats' } satisfies CallerAsk);
  const calling = await stage.calling.heard<ProcessStats>();
  return {
    processes: { 'orders-1': handling, 'caller-1': calling },
    broker: await stage.broker.stats(),
  };
}

function* growthOf(before: Sample, after: Sample): Generator<string> {
  for (const name of OLD) {
    const [was, is] = [before.processes[name], after.processes[name]];
    if (is.heapUsed > was.heapUsed * HEAP_GROWTH + HEAP_SLACK_BYTES) {
      yield `${name}: the heap grew from ${was.heapUsed} to ${is.heapUsed} bytes`;
    }
    if (is.resources > was.resources + RESOURCE_SLACK) {
      yield `${name}: from ${was.resources} open resources to ${is.resources}`;
    }
    if (is.pending > 0) yield `${name}: ${is.pending} messages are still pending`;
  }
  const [was, is] = [before.broker, after.broker];
  if (is.stores > was.stores + STORE_SLACK) yield `the broker: from ${was.stores} stores to ${is.stores}`;
  if (is.consumers > was.consumers + CONSUMER_SLACK)
    yield `the broker: from ${was.consumers} consumers to ${is.consumers}`;
  if (is.pending > 0) yield `the broker: ${is.pending} messages are undelivered or unacknowledged`;
}

function tableOf(before: Sample, after: Sample): string {
  const table = new Table({ head: ['', 'before', 'after'], style: { head: [], border: [] } });
  const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  for (const name of OLD) {
    const [was, is] = [before.processes[name], after.processes[name]];
    table.push([`${name}: heap`, mebibytes(was.heapUsed), mebibytes(is.heapUsed)]);
    table.push([`${name}: open resources`, was.resources, is.resources]);
    table.push([`${name}: pending messages`, was.pending, is.pending]);
  }
  table.push(['the broker: stores', before.broker.stores, after.broker.stores]);
  table.push(['the broker: consumers', before.broker.consumers, after.broker.consumers]);
  table.push(['the broker: undelivered or unacknowledged', before.broker.pending, after.broker.pending]);
  return table.toString();
}
