import { setTimeout } from 'node:timers/promises';
import { CatgaMediator, CatgaModule, EventHandler, Message, ReliableEvent } from '@catga/nestjs';
import type { IEventHandler } from '@catga/nestjs';
import type { INestApplicationContext } from '@nestjs/common';
import { nestApp } from '../apps/nest-app.js';
import { Latencies } from '../processes/sides/latencies.js';
import { figure } from './figure.js';
import type { Figure } from './figure.js';
import type { MeasuredBroker } from './measured-broker.js';

const NODES = 3;
const KEYS = 100;
const EVERY_MS = 5;
const PER_TICK = 2;
const MEASURED_MS = 20_000;
/** How long after a node began to leave its keys are looked at. */
const LEAVING_MS = 5000;
const SICK_KEYS = ['fails', 'hangs'];
/** How much longer 99 of 100 events may take beside sick keys: the spread of two runs without. */
const MOST_LONGER = 1.25;
const MOST_LEAVING_MS = 500;

@ReliableEvent({ qos: 1 })
@Message<Measured>({ name: 'lanes.measured', key: (event) => event.key })
class Measured {
  constructor(
    readonly id: number,
    readonly key: string,
  ) {}
}

interface Handled {
  readonly key: string;
  readonly publishedMs: number;
  readonly delayMs: number;
  readonly node: number;
}

/** Nodes of one service that handle events of 100 healthy keys, and what became of each. */
class MeasuredService {
  readonly handled: Handled[] = [];
  repeated = 0;
  private readonly published = new Map<number, number>();
  private readonly waiting = new Set<number>();
  private readonly apps: INestApplicationContext[] = [];
  private lastId = 0;

  constructor(private readonly broker: MeasuredBroker) {}

  async start(): Promise<void> {
    const namespace = `delays-${Math.random().toString(36).slice(2)}`;
    for (let node = 0; node <= NODES; node++) this.apps.push(await this.startNode(namespace, node));
  }

  /** Publishes for so long; every second `sick` has events of keys whose handler fails or hangs, too. */
  async publishFor(durationMs: number, sick: readonly string[] = []): Promise<void> {
    const publisher = this.app(NODES).get(CatgaMediator);
    const endMs = performance.now() + durationMs;
    for (let tick = 0; performance.now() < endMs; tick++) {
      for (let index = 0; index < PER_TICK; index++)
        this.publish(publisher, `key-${(tick * PER_TICK + index) % KEYS}`);
      if (tick % (1000 / EVERY_MS) === 0) for (const key of sick) this.publish(publisher, key);
      await setTimeout(EVERY_MS);
    }
  }

  /** Resolves once every event of a healthy key was handled. */
  async allHandled(): Promise<void> {
    while (this.waiting.size > 0) await setTimeout(20);
  }

  leave(node: number): Promise<void> {
    return this.app(node).close();
  }

  async stop(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.close()));
  }

  private app(node: number): INestApplicationContext {
    const app = this.apps[node];
    if (app === undefined) throw new RangeError(`There is no node ${node}.`);
    return app;
  }

  private publish(publisher: CatgaMediator, key: string): void {
    const id = this.lastId++;
    if (!SICK_KEYS.includes(key)) {
      this.published.set(id, performance.now());
      this.waiting.add(id);
    }
    void publisher.publish(new Measured(id, key));
  }

  private handle({ id, key }: Measured, node: number): void {
    const publishedMs = this.published.get(id) ?? 0;
    if (!this.waiting.delete(id)) this.repeated++;
    else this.handled.push({ key, publishedMs, node, delayMs: performance.now() - publishedMs });
  }

  private startNode(namespace: string, node: number) {
    const handle = (event: Measured): void => this.handle(event, node);

    @EventHandler(Measured, { name: 'measured', maxAttempts: 3, concurrency: 64 })
    class MeasuredHandler implements IEventHandler<Measured> {
      async handle(event: Measured): Promise<void> {
        if (event.key === 'fails') throw new Error('It fails.');
        if (event.key === 'hangs') await setTimeout(5000);
        if (!SICK_KEYS.includes(event.key)) handle(event);
      }
    }

    return nestApp({
      imports: [
        CatgaModule.forRoot({
          engine: this.broker.engine(),
          namespace,
          service: node === NODES ? 'publishing' : 'handling',
          nodeId: `node-${node}`,
        }),
      ],
      providers: node === NODES ? [] : [MeasuredHandler],
    });
  }
}

/** The delay of events of healthy keys, without and with keys whose handler fails or hangs. */
export async function besideSickKeys(broker: MeasuredBroker): Promise<readonly Figure[]> {
  const alone = await delaysBeside(broker, []);
  const beside = await delaysBeside(broker, SICK_KEYS);
  return [
    ...figures('no sick key', alone),
    ...figures('beside a key that fails and one that hangs', beside, alone.p99Ms * MOST_LONGER),
  ];
}

async function delaysBeside(broker: MeasuredBroker, sick: readonly string[]): Promise<Delays> {
  const service = new MeasuredService(broker);
  await service.start();
  await service.publishFor(2000);
  await service.allHandled();
  service.handled.length = 0;
  await service.publishFor(MEASURED_MS, sick);
  await service.allHandled();
  await service.stop();
  return delaysOf(service.handled);
}

/** The delay of events whose lanes belonged to a node that leaves gracefully under load. */
export async function besideLeavingNode(broker: MeasuredBroker): Promise<readonly Figure[]> {
  const service = new MeasuredService(broker);
  await service.start();
  await service.publishFor(5000);
  const leaver = 1;
  const keys = new Set(
    service.handled.slice(-2 * KEYS).flatMap(({ key, node }) => (node === leaver ? [key] : [])),
  );
  const leftMs = performance.now();
  const isLeft = service.leave(leaver).then(() => performance.now() - leftMs);
  await service.publishFor(2 * LEAVING_MS);
  await service.allHandled();
  const goneMs = await isLeft;
  await service.stop();
  const between = (fromMs: number, toMs: number): Delays =>
    delaysOf(
      service.handled.filter(
        ({ key, publishedMs }) =>
          keys.has(key) && publishedMs >= leftMs + fromMs && publishedMs < leftMs + toMs,
      ),
    );
  return [
    ...figures('events of its keys, in the second before', between(-1000, 0)),
    ...figures('in the second after it began to leave', between(0, 1000), MOST_LEAVING_MS),
    ...figures('in the five seconds after', between(0, LEAVING_MS), MOST_LEAVING_MS),
    figure('handled twice', service.repeated, '', 0),
    figure('the node was gone after', goneMs, 'ms'),
  ];
}

interface Delays {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

function delaysOf(handled: readonly Handled[]): Delays {
  const latencies = new Latencies();
  for (const { delayMs } of handled) latencies.add(delayMs);
  const { p50Ms, p99Ms } = latencies.summary();
  return { count: handled.length, p50Ms, p99Ms, maxMs: Math.max(...handled.map(({ delayMs }) => delayMs)) };
}

function figures(title: string, { count, p50Ms, p99Ms, maxMs }: Delays, mostMs?: number): Figure[] {
  return [
    figure(`${title}: p50 of ${count}`, p50Ms, 'ms'),
    figure(`${title}: p99`, p99Ms, 'ms', mostMs),
    figure(`${title}: longest`, maxMs, 'ms'),
  ];
}
