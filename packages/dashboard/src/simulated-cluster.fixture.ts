import { CatgaNode, Command, MemoryNetwork, Message } from '@catga/core';
import type { CatgaOptions, Engine } from '@catga/core';
import { ManyLetters } from './many-letters.fixture.js';

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
  private readonly letters = new ManyLetters(this.network);

  /** For the application with the dashboard. */
  get engine(): Engine {
    return this.letters.engine;
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

  async fail(count: number): Promise<void> {
    await this.letters.put(count);
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([...this.nodes.values()].map((node) => node.stop()));
  }
}
