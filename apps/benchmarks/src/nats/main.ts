// Requests between two processes over one nats-server: `npm run bench:nats`. Rounds are interleaved; medians.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from '@nats-io/transport-node';
import Table from 'cli-table3';
import { startBroker } from './broker.js';
import { Charge, Look, NOTE, Place, RAW_SUBJECT, startNode } from './messages.js';

interface Contender {
  readonly name: string;
  readonly inFlight: number;
  /** Sends one; undefined where the whole batch is one call. */
  readonly send: (id: number) => Promise<unknown>;
}

interface Sample {
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicros: number;
  readonly farCpuMicros: number;
}

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const ROUND_MS = Number(process.env.BENCH_ROUND_MS ?? 1500);

const broker = await startBroker();
const responder = fork(new URL('./responder.js', import.meta.url), [broker.address]);
await once(responder, 'message');
const node = await startNode('requester', broker.address);
const raw = await connect({ servers: broker.address });
const { mediator } = node;

const viaClient = (id: number): Promise<unknown> =>
  raw.request(RAW_SUBJECT, JSON.stringify({ id, note: NOTE })).then((answer) => answer.json());
const contenders: readonly Contender[] = [1, 100, 1000].flatMap((inFlight) => [
  { name: 'nc.request, JSON', inFlight, send: viaClient },
  { name: 'Catga send, QoS 1', inFlight, send: (id: number) => mediator.send(new Place(id, NOTE)) },
  { name: 'Catga send, QoS 0', inFlight, send: (id: number) => mediator.send(new Look(id, NOTE)) },
  { name: 'Catga send, QoS 2', inFlight, send: (id: number) => mediator.send(new Charge(id, NOTE)) },
]);

const samples = new Map<Contender, Sample[]>(contenders.map((contender) => [contender, []]));
for (const contender of contenders) await measure(contender, ROUND_MS / 2); // warms up
for (let round = 0; round < ROUNDS; round++) {
  for (const contender of contenders) samples.get(contender)?.push(await measure(contender, ROUND_MS));
}
report();

await node.stop();
await raw.close();
responder.kill();
await broker.stop();
process.exit(0);

async function measure({ send, inFlight }: Contender, durationMs: number): Promise<Sample> {
  globalThis.gc?.();
  const latencies: number[] = [];
  const far = await cpuOf(responder);
  const near = process.cpuUsage();
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  let id = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      await send(id++);
      latencies.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(near);
  const farCpu = (await cpuOf(responder)) - far;
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return {
    rate: latencies.length / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuMicros: (user + system) / latencies.length,
    farCpuMicros: farCpu / latencies.length,
  };
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ cpuMicros }] = (await once(child, 'message')) as [{ readonly cpuMicros: number }];
  return cpuMicros;
}

function report(): void {
  const table = new Table({
    head: ['', 'in flight', 'a second', 'of nc.request', 'p50 ms', 'p99 ms', 'CPU µs here', 'CPU µs there'],
  });
  for (const [{ name, inFlight }, taken] of samples) {
    const of = (pick: (sample: Sample) => number): number => median(taken.map(pick));
    const peer = contenders.find((other) => other.inFlight === inFlight && other.name.startsWith('nc.'));
    const peerRate = median((peer && samples.get(peer))?.map(({ rate }) => rate) ?? []);
    table.push([
      name,
      inFlight,
      Math.round(of(({ rate }) => rate)).toLocaleString('en'),
      (of(({ rate }) => rate) / peerRate).toFixed(2),
      of(({ p50Ms }) => p50Ms).toFixed(2),
      of(({ p99Ms }) => p99Ms).toFixed(2),
      of(({ cpuMicros }) => cpuMicros).toFixed(1),
      of(({ farCpuMicros }) => farCpuMicros).toFixed(1),
    ]);
  }
  console.log(table.toString());
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
