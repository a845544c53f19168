import { randomUUID } from 'node:crypto';
import { CatgaNode } from '@catga/core';
import type { Engine } from '@catga/core';
import { AdminClient, ProjectionClient, SagaClient } from '@catga/core/admin';
import { wrongUsage } from '../exit-codes.js';
import { SERIALIZERS, serializerOf } from './serializer-of.js';
import type { Target } from './target.js';

const HEARTBEAT = { intervalMs: 5_000, timeoutMs: 15_000 } as const;

/** Connection to a cluster as a tool: nodes do not list it and send it only answers. */
export class Session {
  readonly admin: AdminClient;
  readonly sagas: SagaClient;
  readonly projections: ProjectionClient;
  private readonly heart: NodeJS.Timeout;

  private constructor(
    readonly node: CatgaNode,
    readonly signal: AbortSignal,
  ) {
    this.admin = new AdminClient(node.mediator);
    this.sagas = new SagaClient(node.mediator);
    this.projections = new ProjectionClient(node.mediator);
    // A failed heartbeat shows at the next request.
    this.heart = setInterval(() => void node.beat().catch(() => {}), HEARTBEAT.intervalMs);
    this.heart.unref();
  }

  static async open(
    engine: Engine,
    { namespace, serializer }: Pick<Target, 'namespace' | 'serializer'>,
    signal: AbortSignal,
  ): Promise<Session> {
    const node = new CatgaNode({
      engine,
      namespace,
      serializer: await serializerOf(serializer),
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

  /** Problem if all nodes use another serializer, so that they neither answer nor accept messages. */
  get serializerProblem(): string | undefined {
    const { name } = this.node.options.serializer;
    const others = new Set(this.node.mediator.nodes().map(({ serializer }) => serializer));
    if (others.size === 0 || others.has(name)) return undefined;
    const named = [...others].map((other) => `'${other}'`).join(' and ');
    const known = SERIALIZERS.find((one) => others.has(one));
    const remedy =
      known === undefined
        ? 'it is not supported here, so nodes cannot be queried, and messages neither read nor sent.'
        : `pass --serializer ${known}.`;
    return `The nodes use the serializer ${named}, not '${name}': ${remedy}`;
  }

  /** Throws if the nodes use another serializer. */
  requireSerializer(): void {
    if (this.serializerProblem !== undefined) throw wrongUsage(this.serializerProblem);
  }

  async close(): Promise<void> {
    clearInterval(this.heart);
    await this.node.stop();
  }
}
