import { CatgaNode, Command, MemoryNetwork, Message, json } from '@catga/core';
import type { CatgaOptions, Engine } from '@catga/core';
import type { DeadLetterStore, EngineConnection } from '@catga/core/engine';

/** Class of the command that a service handles. */
function commandOf(service: string): new () => Command<void> {
  class Work extends Command<void> {}
  Message({ name: `${service}.work.v1` })(Work);
  return Work;
}

const SERVICES = 10;
const HEARTBEAT = { intervalMs: 500, timeoutMs: 2_000 } as const;

/** Many nodes of ten services in this process, each of which sends commands to the next. */
export class SimulatedCluster {
  readonly namespace = 'simulated';
  private readonly network = new MemoryNetwork();
  private readonly nodes = new Map<string, CatgaNode>();
  private readonly timers: NodeJS.Timeout[] = [];
  private letters: DeadLetterStore | undefined;

  /** For the application with the dashboard. */
  get engine(): Engine {
    const { network } = this;
    return {
      name: network.name,
      capabilities: network.capabilities,
      connect: async (client: Parameters<Engine['connect']>[0]): Promise<EngineConnection> => {
        const connection = await network.connect(client);
        this.letters = connection.deadLetters;
        return connection;
      },
    };
  }

  async start(count: number, options: Partial<CatgaOptions> = {}): Promise<void> {
    const commands = Array.from({ length: SERVICES }, (_, index) => commandOf(`service-${index}`));
    for (let index = 0; index < count; index++) {
      const own = index % SERVICES;
      const next = commands[(own + 1) % SERVICES]!;
      const nodeId = `service-${own}-${Math.floor(index / SERVICES)}`;
      const node = new CatgaNode({
        engine: this.network,
        namespace: this.namespace,
        service: `service-${own}`,
        nodeId,
        heartbeat: HEARTBEAT,
        shutdown: { drainTimeoutMs: 100 },
        ...options,
      }).handleRequest(commands[own]!, () => undefined);
      await node.init();
      await node.start();
      this.nodes.set(nodeId, node);
      this.timers.push(setInterval(() => void node.beat().catch(() => {}), HEARTBEAT.intervalMs));
      this.timers.push(setInterval(() => void node.mediator.trySend(new next()), 200));
    }
  }

  /** As SIGKILL does. */
  kill(nodeId: string): void {
    this.network.crash(nodeId);
    this.nodes.delete(nodeId);
  }

  /** Puts letters of ten kinds into the store. */
  async fail(count: number): Promise<void> {
    const body = json().encode({ order: 'o', card: '4111', note: 'n'.repeat(200) });
    const begun = Date.now() - count;
    for (let index = 0; index < count; index++) {
      const messageId = `m${index}`;
      const subscription = index % 2 === 0 ? 'shop.ship' : 'shop.bill';
      await this.letters!.put(
        {
          id: `orders.placed.v1~${messageId}~${subscription}~1`,
          subscription,
          stored: {
            messageId,
            name: 'orders.placed.v1',
            kind: 'event',
            body,
            serializer: 'json',
            headers: {},
            key: undefined,
            correlationId: messageId,
            causationId: undefined,
            originNodeId: 'service-0-0',
            sentAtMs: begun,
            history: [],
          },
          failure: {
            error: { name: 'RangeError', message: `${'x'.repeat(1 + (index % 10))}: no box for ${index}` },
            attempts: 5,
            nodeId: 'service-0-0',
            failedAt: new Date(begun + index),
          },
        },
        86_400_000,
      );
    }
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([...this.nodes.values()].map((node) => node.stop()));
  }
}
