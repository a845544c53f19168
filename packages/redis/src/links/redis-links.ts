import { NodeRoutes, ReconnectGrace } from '@catga/core/engine';
import type { BrokerLinks, Clock, LinkListener, LinkOpener, NodeAddress } from '@catga/core/engine';
import { tooLarge } from '../connection/broker-errors.js';
import type { KeySpace } from '../connection/key-space.js';
import type { PublishChannel, RedisSession } from '../connection/redis-session.js';

/** Dependencies of one node's links. */
export interface LinkServices {
  readonly session: RedisSession;
  readonly keys: KeySpace;
  readonly clock: Clock;
  /** Time for other nodes to reconnect after this one, in milliseconds. */
  readonly reconnectGraceMs: number;
}

/** Maximum frame size, which a slow subscriber costs the server per frame; Redis disconnects it beyond 32 MB. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** Incarnation without a listener, for the check of publish permissions. */
const NO_INCARNATION = 0;

/** Opens the links of a connection. */
export class RedisLinkOpener implements LinkOpener {
  constructor(private readonly services: LinkServices) {}

  open(self: NodeAddress, listener: LinkListener): Promise<RedisLinks> {
    return RedisLinks.open(this.services, self, listener);
  }
}

/**
 * Links over pub/sub: a channel per node and incarnation. PUBLISH returns the number of receivers, which reveals a
 * missing listener without waiting.
 */
export class RedisLinks implements BrokerLinks {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  private stopListening: (() => void) | undefined;
  private readonly ends: (() => void)[] = [];
  private readonly grace: ReconnectGrace;
  private readonly channels: NodeRoutes<PublishChannel>;

  private constructor(
    private readonly services: LinkServices,
    private readonly self: NodeAddress,
    private readonly listener: LinkListener,
  ) {
    const { keys, clock, reconnectGraceMs } = services;
    this.grace = new ReconnectGrace(clock, reconnectGraceMs);
    this.channels = new NodeRoutes((address) => ({
      name: keys.nodeChannel(address),
      heardBy: (listeners) => {
        if (listeners === 0) this.unheard(address);
      },
      refused: (error) => this.listener.refused?.(error, address),
      delayed: (frame) => (listener.delayed === undefined ? frame : listener.delayed(frame)),
    }));
  }

  /**
   * Resolves once the server has confirmed this node's subscription.
   * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` without permission to subscribe to it, or to publish to nodes
   */
  static async open(services: LinkServices, self: NodeAddress, listener: LinkListener): Promise<RedisLinks> {
    const { session } = services;
    const links = new RedisLinks(services, self, listener);
    links.ends.push(
      session.onReturn(() => links.grace.begin()),
      session.onRefusal((error) => listener.refused?.(error)),
      () => links.stopListening?.(),
    );
    try {
      await links.listen();
    } catch (thrown) {
      links.close();
      throw thrown;
    }
    return links;
  }

  async listen(): Promise<void> {
    const { self, listener } = this;
    const { session, keys } = this.services;
    if (session.refusal !== undefined) throw session.refusal; // It subscribes again by itself.
    const nobody = keys.nodeChannel({ ...self, incarnation: NO_INCARNATION });
    this.stopListening ??= await session.channels.subscribe(keys.nodeChannel(self), (frame) =>
      listener.received(frame),
    );
    try {
      await session.ask((client) => client.publish(nobody, ''), 0, nobody);
    } catch (thrown) {
      this.stopListening();
      this.stopListening = undefined;
      throw thrown;
    }
  }

  send(to: NodeAddress, frame: Uint8Array): void {
    if (frame.byteLength > MAX_FRAME_BYTES) throw tooLarge('A frame', frame.byteLength, MAX_FRAME_BYTES);
    this.services.session.publish(this.channels.to(to), frame);
  }

  flush(): Promise<void> {
    return this.services.session.flush();
  }

  close(): void {
    for (const end of this.ends.splice(0)) end();
  }

  private unheard(address: NodeAddress): void {
    const { session } = this.services;
    if (!session.knowsListeners || !session.isUp || !this.grace.isOver) return;
    this.channels.forget(address);
    this.listener.unreachable(address);
  }
}
