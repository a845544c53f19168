import { randomUUID } from 'node:crypto';
import { CatgaNode } from '@catga/core';
import type { Engine } from '@catga/core';
import { AdminClient } from '@catga/core/admin';

const HEARTBEAT = { intervalMs: 5_000, timeoutMs: 15_000 } as const;

/** A connection to a cluster, as a tool: nodes do not list it and send it nothing but answers. */
export class Session {
  readonly admin: AdminClient;
  private readonly heart: NodeJS.Timeout;

  private constructor(
    readonly node: CatgaNode,
    readonly signal: AbortSignal,
  ) {
    this.admin = new AdminClient(node.mediator);
    // A heartbeat that fails is reported by the next request.
    this.heart = setInterval(() => void node.beat().catch(() => {}), HEARTBEAT.intervalMs);
    this.heart.unref();
  }

  static async open(engine: Engine, namespace: string, signal: AbortSignal): Promise<Session> {
    const node = new CatgaNode({
      engine,
      namespace,
      service: 'catga-cli',
      nodeId: `cli-${randomUUID().slice(0, 8)}`,
      role: 'tool',
      heartbeat: HEARTBEAT,
      shutdown: { drainTimeoutMs: 1000 },
    });
    await node.init();
    try {
      await node.start();
    } catch (thrown) {
      await node.stop();
      throw thrown;
    }
    return new Session(node, signal);
  }

  async close(): Promise<void> {
    clearInterval(this.heart);
    await this.node.stop();
  }
}
