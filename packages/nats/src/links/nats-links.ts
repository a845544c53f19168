import type { Clock, LinkListener, NodeAddress, NodeLinks } from '@catga/core/engine';
import { createInbox } from '@nats-io/transport-node';
import { tooLarge } from '../connection/broker-errors.js';
import { isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { Refusal } from '../connection/refusals.js';
import { addressOf, nodeSubject, nodesPrefix, undeliverableSubject } from './node-subjects.js';

/** What one node's links work with. */
export interface LinkServices {
  readonly session: BrokerSession;
  readonly namespace: string;
  readonly clock: Clock;
  readonly inboxPrefix: string | undefined;
  /** How long others may take to reconnect after this node did, in milliseconds. */
  readonly reconnectGraceMs: number;
}

/** No node listens there: whether frames may be sent at all is tried on it. */
const NO_INCARNATION = 0;

/** Nodes that went without a word leave theirs behind. */
const MOST_ROUTES = 4096;

/**
 * Frames over core NATS: a subject for each node and incarnation. Every frame names a subject to answer on, on which
 * nobody answers but the server, when nobody listens.
 */
export class NatsLinks implements NodeLinks {
  /** Until when silence says nothing: the broker was away, and others may still be on their way back to it. */
  private excusedUntilMs = -Infinity;
  private readonly inbox: string;
  /** Where this node listens. */
  private readonly subject: string;
  private readonly ends: (() => void)[] = [];
  /** Subjects by address, as text: made once for each node. */
  private readonly routes = new Map<string, { readonly subject: string; readonly reply: string }>();

  private constructor(
    private readonly services: LinkServices,
    self: NodeAddress,
    private readonly listener: LinkListener,
  ) {
    this.inbox = createInbox(services.inboxPrefix);
    this.subject = nodeSubject(services.namespace, self);
  }

  /**
   * Resolves once the server knows where this node listens.
   * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if it may not listen there, or not publish to nodes
   */
  static async open(services: LinkServices, self: NodeAddress, listener: LinkListener): Promise<NatsLinks> {
    const { session, namespace } = services;
    const links = new NatsLinks(services, self, listener);
    const frames = session.subscribe(nodeSubject(namespace, self), ({ data }) => listener.received(data));
    const undeliverable = session.subscribe(`${links.inbox}.*.*`, (message) => {
      if (isNobodyThere(message)) links.undelivered(message.subject);
    });
    links.ends.push(
      () => frames.unsubscribe(),
      () => undeliverable.unsubscribe(),
      session.onReturn(() => links.excuse()),
      session.onRefusal((refusal) => links.refused(refusal)),
    );
    try {
      await session.checkPermissions([nodeSubject(namespace, { ...self, incarnation: NO_INCARNATION })]);
    } catch (thrown) {
      links.close();
      throw thrown;
    }
    return links;
  }

  get maxFrameBytes(): number {
    return this.services.session.maxPayloadBytes;
  }

  send(to: NodeAddress, frame: Uint8Array): void {
    if (frame.byteLength > this.maxFrameBytes)
      throw tooLarge('A frame', frame.byteLength, this.maxFrameBytes);
    const { subject, reply } = this.routeTo(to);
    this.services.session.publish(subject, frame, { reply });
    const refusal = this.services.session.refusalOf(this.subject);
    // After the sender has noted what it waits for: no answer will come here.
    if (refusal !== undefined) queueMicrotask(() => this.listener.refused?.(refusal));
  }

  flush(): Promise<void> {
    return this.services.session.flush();
  }

  close(): void {
    for (const end of this.ends.splice(0)) end();
  }

  private excuse(): void {
    this.excusedUntilMs = this.services.clock.monotonicMs() + this.services.reconnectGraceMs;
  }

  /** Frames to a node are not let through, or none to this one. */
  private refused({ operation, subject, error }: Refusal): void {
    if (operation === 'subscribe') {
      if (subject === this.subject) this.listener.refused?.(error);
      return;
    }
    const prefix = nodesPrefix(this.services.namespace);
    const address = subject.startsWith(`${prefix}.`) ? addressOf(prefix, subject) : undefined;
    if (address !== undefined) this.listener.refused?.(error, address);
  }

  private undelivered(subject: string): void {
    if (this.services.clock.monotonicMs() < this.excusedUntilMs) return;
    const address = addressOf(this.inbox, subject);
    if (address === undefined) return;
    this.routes.delete(routeKey(address));
    this.listener.unreachable(address);
  }

  private routeTo(address: NodeAddress): { readonly subject: string; readonly reply: string } {
    const key = routeKey(address);
    let route = this.routes.get(key);
    if (route === undefined) {
      if (this.routes.size >= MOST_ROUTES) this.routes.clear();
      route = {
        subject: nodeSubject(this.services.namespace, address),
        reply: undeliverableSubject(this.inbox, address),
      };
      this.routes.set(key, route);
    }
    return route;
  }
}

function routeKey({ nodeId, incarnation }: NodeAddress): string {
  return `${nodeId} ${incarnation}`;
}
