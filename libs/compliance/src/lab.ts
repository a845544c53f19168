import { once } from 'node:events';
import { CatgaNode } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { systemClock } from '@catga/core/engine';
import type { Clock, Engine, EngineConnection, NodeServices } from '@catga/core/engine';
import type { EngineHarness, EngineUnderTest } from './engine-harness.js';

const DEFAULT_UNIT_MS = 50;
/** Timeout of waiting for a condition, in milliseconds of engine time. */
const PATIENCE_MS = 30_000;
const POLL_MS = 20;

/** Test bench of one case: an empty engine, its clock, and nodes and raw connections on it. */
export class Lab {
  /** Unit of all times, in milliseconds; see {@link EngineHarness.unitMs}. */
  readonly unitMs: number;
  protected underTest: EngineUnderTest | undefined;
  private readonly nodes: CatgaNode[] = [];
  private readonly connections: EngineConnection[] = [];

  constructor(
    readonly harness: EngineHarness,
    private readonly create: () => Promise<EngineUnderTest> = () => harness.createEngine(),
  ) {
    this.unitMs = harness.unitMs ?? DEFAULT_UNIT_MS;
  }

  /** Whether the engine stores messages: reliable events and queued commands. */
  get storesMessages(): boolean {
    const { events, queues } = this.harness.capabilities;
    return queues && events.includes(1);
  }

  /** Creates the engine, before each case. */
  async open(): Promise<void> {
    this.underTest = await this.create();
  }

  /** Stops everything, after each case. */
  async close(): Promise<void> {
    const { underTest } = this;
    await Promise.all(this.nodes.splice(0).map((node) => this.whileTimePasses(this.end(node))));
    await Promise.all(this.connections.splice(0).map((connection) => connection.close()));
    this.underTest = undefined;
    await underTest?.stop?.();
  }

  /** Stops a node after a case. */
  protected end(node: CatgaNode): Promise<void> {
    return node.stop();
  }

  get engine(): Engine {
    if (this.underTest === undefined) throw new Error('There is an engine only while a case runs.');
    return this.underTest.engine;
  }

  get clock(): Clock {
    return this.underTest?.clock ?? systemClock;
  }

  /** A node on the engine, stopped after the case. Failed deliveries are retried soon and without jitter. */
  node(options: Omit<CatgaOptions, 'engine'> = {}, services: Partial<NodeServices> = {}): CatgaNode {
    return this.nodeOn(this.engine, options, services);
  }

  /** A node on a wrapper of the engine under test. */
  nodeOn(
    engine: Engine,
    options: Omit<CatgaOptions, 'engine'> = {},
    services: Partial<NodeServices> = {},
  ): CatgaNode {
    const node = new CatgaNode(
      {
        retry: { initialDelayMs: this.unitMs, jitter: false, maxAttempts: 3 },
        shutdown: { drainTimeoutMs: this.unitMs },
        ...options,
        engine,
      },
      { clock: this.clock, ...services },
    );
    this.nodes.push(node);
    return node;
  }

  /** Starts a node and returns it. */
  async run(node: CatgaNode): Promise<CatgaNode> {
    await node.init();
    await node.start();
    return node;
  }

  /** A raw connection to the engine's ports, closed after the case. */
  async connect(
    client: { readonly nodeId?: string; readonly namespace?: string } = {},
  ): Promise<EngineConnection> {
    const connection = await this.engine.connect({
      namespace: 'catga',
      nodeId: 'raw',
      clock: this.clock,
      heartbeatTimeoutMs: 10 * this.unitMs,
      ...client,
    });
    this.connections.push(connection);
    return connection;
  }

  /** Lets time pass, in units, and runs what falls due. */
  async pass(units: number): Promise<void> {
    const ms = units * this.unitMs;
    const { clock } = this.underTest ?? {};
    if (clock !== undefined) await clock.advance(ms);
    else await new Promise((resolve) => void setTimeout(resolve, ms));
  }

  /** Waits for a condition while time passes. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const startMs = this.clock.monotonicMs();
    while (!(await condition())) {
      if (this.clock.monotonicMs() - startMs > PATIENCE_MS) {
        throw new Error(`It was not so within ${PATIENCE_MS} ms: ${condition.toString()}`);
      }
      await this.pass(POLL_MS / this.unitMs);
    }
  }

  /** Awaits a promise while time passes. */
  async whileTimePasses<T>(outcome: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    outcome.then(settle, settle);
    await this.until(() => isSettled);
    return outcome;
  }
}

/** Rejects with the signal's reason once it is aborted, or at once if it already is. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

/** Gate at which handlers wait until a case opens it. */
export class Gate {
  open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}
