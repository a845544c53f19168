import { NodeRoutes, ReconnectGrace } from '@catga/core/engine';
import type { BrokerLinks, Clock, LinkListener, LinkOpener, NodeAddress } from '@catga/core/engine';
import { createInbox } from '@nats-io/transport-node';
import { tooLarge } from '../connection/broker-errors.js';
import { isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientSubscription } from '../connection/client-connection.js';
import type { Refusal } from '../connection/refusals.js';
import { addressOf, nodeSubject, nodesPrefix, undeliverableSubject } from './node-subjects.js';

/** Dependencies of one node's links. */
export interface LinkServices {
  readonly session: BrokerSession;
  readonly namespace: string;
  readonly clock: Clock;
  readonly inboxPrefix: string | undefined;
  /** Time for other nodes to reconnect after this one, in milliseconds. */
  readonly reconnectGraceMs: number;
}

/** Incarnation without a listener, for the check of publish permissions. */
const NO_INCARNATION = 0;

/** Opens the links of a connection. */
export class NatsLinkOpener implements LinkOpener {
  constructor(private readonly services: LinkServices) {}

  open(self: NodeAddress, listener: LinkListener): Promise<NatsLinks> {
    return NatsLinks.open(this.services, self, listener);
  }
}

/**
 * Links over core NATS: a subject per node and incarnation. Every frame has a reply subject, which only the server uses,
 * for "no responders".
 */
export class NatsLinks implements BrokerLinks {
  private readonly inbox: string;
  /** Subject of this node. */
  private readonly subject: string;
  /** Subscription of this node's subject. */
  private frames: ClientSubscription | undefined;
  private readonly ends: (() => void)[] = [];
  private readonly grace: ReconnectGrace;
  private readonly routes: NodeRoutes<{ readonly subject: string; readonly reply: string }>;

  private constructor(
    private readonly services: LinkServices,
    private readonly self: NodeAddress,
    private readonly listener: LinkListener,
  ) {
    const { namespace, clock, inboxPrefix, reconnectGraceMs } = services;
    this.inbox = createInbox(inboxPrefix);
    this.subject = nodeSubject(namespace, self);
    this.grace = new ReconnectGrace(clock, reconnectGraceMs);
    this.routes = new NodeRoutes((address) => ({
      subject: nodeSubject(namespace, address),
      reply: undeliverableSubject(this.inbox, address),
    }));
  }

  /**
   * Resolves once the server has this node's subscription.
   * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` without permission to subscribe to it, or to publish to nodes
   */
  static async open(services: LinkServices, self: NodeAddress, listener: LinkListener): Promise<NatsLinks> {
    const { session } = services;
    const links = new NatsLinks(services, self, listener);
    const undeliverable = session.subscribe(`${links.inbox}.*.*`, (message) => {
      if (isNobodyThere(message)) links.undelivered(message.subject);
    });
    links.ends.push(
      () => links.frames?.unsubscribe(),
      () => undeliverable.unsubscribe(),
      session.onReturn(() => links.grace.begin()),
      session.onRefusal((refusal) => links.refused(refusal)),
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
    const { services, self, subject, listener } = this;
    const { session, namespace } = services;
    this.frames ??= session.subscribe(subject, ({ data }) => listener.received(data));
    try {
      await session.checkPermissions([nodeSubject(namespace, { ...self, incarnation: NO_INCARNATION })]);
    } catch (thrown) {
      this.mute();
      throw thrown;
    }
  }

  get maxFrameBytes(): number {
    return this.services.session.maxPayloadBytes;
  }

  send(to: NodeAddress, frame: Uint8Array): void {
    if (frame.byteLength > this.maxFrameBytes)
      throw tooLarge('A frame', frame.byteLength, this.maxFrameBytes);
    const { subject, reply } = this.routes.to(to);
    this.services.session.publish(subject, frame, { reply, delayed: this.delayed });
  }

  flush(): Promise<void> {
    return this.services.session.flush();
  }

  close(): void {
    for (const end of this.ends.splice(0)) end();
  }

  private mute(): void {
    // The session retries refused subscriptions.
    if (this.services.session.refusalOf(this.subject) !== undefined) return;
    this.frames?.unsubscribe();
    this.frames = undefined;
  }

  /** The server refused frames to a node, or to this one. */
  private refused({ operation, subject, error }: Refusal): void {
    if (operation === 'subscribe') {
      if (subject === this.subject) this.listener.refused?.(error);
      return;
    }
    const prefix = nodesPrefix(this.services.namespace);
    const address = subject.startsWith(`${prefix}.`) ? addressOf(prefix, subject) : undefined;
    if (address !== undefined) this.listener.refused?.(error, address);
  }

  private readonly delayed = (frame: Uint8Array): Uint8Array | undefined =>
    this.listener.delayed === undefined ? frame : this.listener.delayed(frame);

  private undelivered(subject: string): void {
    if (!this.grace.isOver) return;
    const address = addressOf(this.inbox, subject);
    if (address === undefined) return;
    this.routes.forget(address);
    this.listener.unreachable(address);
  }
}
