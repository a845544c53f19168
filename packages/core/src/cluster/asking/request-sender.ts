import { randomInt } from 'node:crypto';
import { CatgaError, toError } from '../../errors/catga-error.js';
import { cancelledError, timeoutError } from '../../errors/message-errors.js';
import type { KnownNode } from '../../discovery/known-node.js';
import type { LinkTable } from '../../links/link-table.js';
import type { RetransmissionOptions } from '../../options/catga-options.js';
import type { NodeAddress } from '../../ports/links.js';
import type { RoutingStrategy } from '../../routing/routing-strategy.js';
import type { TimetableEntry } from '../../time/timetable.js';
import { isEncodedError } from '../../wire/error-codec.js';
import { ReplyStatus } from '../../wire/frame-layout.js';
import type { FrameBody } from '../../wire/frame-records.js';
import type { ClusterParts } from '../cluster-parts.js';
import { PendingRequest, isSameAddress, possibleNodes, unaskedNodes } from './pending-request.js';
import type { OutgoingRequest } from './pending-request.js';
import { isWorthAnotherNode, lostError, notOnTheWire, tooMuchUnanswered } from './sender-errors.js';
import { onAbort } from '../../time/abort-listeners.js';

/** Limit of unanswered requests per node; beyond it requests go to another node or are refused. */
const UNANSWERED_LIMITS = Object.freeze({ maxRequests: 65_536, maxBytes: 64 * 1024 * 1024 });

/** Correlation of no request: its cancellation only probes whether the node still listens. */
const NO_REQUEST = 0;

/** Number of correlations: 32 bits on the wire. */
const CORRELATIONS = 2 ** 32;

/** Maximum delay between two transmissions, in milliseconds; also the interval after a 'running' reply. */
const LONGEST_PAUSE_MS = 5000;

/** Pending requests to other nodes: transmission, retransmission, failover, timeout. */
export class RequestSender {
  private readonly pending = new Map<number, PendingRequest>();
  private sweep: TimetableEntry | undefined;

  /** @param lastCorrelation start of the correlation numbers, random so that they cannot be guessed */
  constructor(
    private readonly parts: ClusterParts,
    private readonly links: LinkTable,
    private readonly routing: RoutingStrategy,
    private readonly retransmission: RetransmissionOptions,
    private lastCorrelation = randomInt(CORRELATIONS),
  ) {}

  /** Number of unanswered requests. */
  get size(): number {
    return this.pending.size;
  }

  /**
   * Sends a request to a node, or to another one if its limit of unanswered requests is reached. Rejects with
   * `CATGA_OVERLOADED` if it is reached at all nodes: backpressure before memory runs out.
   */
  send(request: OutgoingRequest, wanted: KnownNode, signal?: AbortSignal): Promise<unknown> {
    const { clock, timetable } = this.parts;
    const target = this.hasRoom(wanted) ? wanted : this.anotherWithRoom(request);
    if (target === undefined) return Promise.reject(tooMuchUnanswered(request.name, wanted));
    return new Promise((resolve, reject) => {
      const nowMs = clock.monotonicMs();
      const correlation = this.nextCorrelation();
      const pending = new PendingRequest(request, correlation, target, nowMs, resolve, reject, this.expired);
      timetable.add(pending);
      this.pending.set(pending.correlation, pending);
      if (signal !== undefined) this.cancelWith(pending, signal);
      count(target, pending);
      this.transmit(pending, nowMs);
      this.armSweep();
    });
  }

  /**
   * Handles a reply. Ignored if its request is settled, or if its sender was not asked; another incarnation of an asked
   * node is a different node. Nodes tried before a failover count as asked.
   */
  replied(sender: NodeAddress, correlation: number, status: ReplyStatus, body: FrameBody): void {
    const pending = this.pending.get(correlation);
    if (pending === undefined) return;
    const isFromTarget = isSameAddress(sender, pending.target);
    if (!isFromTarget && !pending.asked.some((node) => isSameAddress(node, sender))) return;
    switch (status) {
      case ReplyStatus.Value:
      case ReplyStatus.Error:
        return this.finish(pending, status, body);
      case ReplyStatus.Running:
        if (isFromTarget) pending.unanswered = 1;
        return;
      case ReplyStatus.Refused:
        // A refusal of an earlier node does not affect the request at its current node.
        if (isFromTarget) this.goElsewhere(pending, this.decodeError(pending.name, body));
        return;
    }
  }

  /** The engine rejected a frame: a request that was never sent fails, others are retransmitted later. */
  notSent(correlation: number, reason: Error): void {
    const pending = this.pending.get(correlation);
    if (pending === undefined || pending.unanswered > 1 || pending.previous !== undefined) return;
    this.settle(pending).reject(reason);
  }

  /** A node left the directory: retransmits repeatable requests, to distinguish a crashed node from a draining one. */
  left(address: NodeAddress): void {
    let hasPending = false;
    for (const pending of this.pending.values()) {
      if (!isSameAddress(pending.target, address)) continue;
      hasPending = true;
      if (pending.qos > 0) this.transmit(pending);
    }
    if (hasPending) this.links.to(address).cancel(NO_REQUEST);
  }

  /**
   * An address has no listener: its requests fail over to other nodes. While the directory still lists the node, which
   * may only be reconnecting, requests without another candidate wait for its return.
   */
  lost(address: NodeAddress): void {
    for (const pending of this.pending.values()) {
      if (!isSameAddress(pending.target, address)) continue;
      const lost = lostError(pending.name, address.nodeId);
      if (!pending.mayRunAgain) this.settle(pending).reject(lost);
      else if (this.unasked(pending).length > 0) this.goElsewhere(pending, lost);
      else if (this.possible(pending).length > 0) pending.isStranded = true;
      else this.settle(pending).reject(lost);
    }
  }

  /** The broker refuses frames to an address, or all frames to this node: replies will not arrive. */
  refused(error: CatgaError, address?: NodeAddress): void {
    for (const pending of this.pending.values())
      if (address === undefined || isSameAddress(pending.target, address)) this.settle(pending).reject(error);
  }

  /** Rejects all pending requests. */
  close(reason: CatgaError): void {
    for (const pending of this.pending.values()) this.settle(pending).reject(reason);
    if (this.sweep !== undefined) this.parts.timetable.remove(this.sweep);
  }

  private finish(pending: PendingRequest, status: ReplyStatus, body: FrameBody): void {
    try {
      if (status === ReplyStatus.Error)
        return this.settle(pending).reject(this.decodeError(pending.name, body));
      const what = `The result of ${pending.name}`;
      const result = this.parts.codec.decodeBody(what, body);
      if (typeof result !== 'object' || result === null) throw notOnTheWire(what);
      this.settle(pending).resolve((result as { readonly value?: unknown }).value);
    } catch (thrown) {
      this.settle(pending).reject(toError(thrown));
    }
  }

  private transmit(pending: PendingRequest, nowMs = this.parts.clock.monotonicMs()): void {
    const { links, retransmission } = this;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, retransmission.retransmitMs * 2 ** pending.unanswered);
    pending.retransmitAtMs = nowMs + pauseMs;
    pending.unanswered++;
    pending.isStranded = false;
    pending.remainingMs = Math.max(0, Math.ceil(pending.dueMs - nowMs));
    try {
      links.to(pending.target).request(pending);
    } catch (thrown) {
      // Larger than a frame.
      this.settle(pending).reject(toError(thrown));
    }
  }

  /** Fails over to another node, or rejects with the reason if all candidates were tried. */
  private goElsewhere(pending: PendingRequest, reason: Error): void {
    const others = isWorthAnotherNode(reason) ? this.unasked(pending) : [];
    if (others.length === 0) return this.settle(pending).reject(reason);
    this.move(pending, others, reason);
  }

  /** Sends it to one of some nodes, possibly the current one. */
  private move(pending: PendingRequest, others: readonly KnownNode[], reason: Error, unanswered = 0): void {
    const { registry, self } = this.parts;
    let target: KnownNode | undefined;
    try {
      const chosen = this.routing.select(
        { name: pending.name, key: pending.key, selfNodeId: self.nodeId },
        others,
      );
      target = registry.get(chosen.node.nodeId);
    } catch (thrown) {
      // A strategy of the application threw: its request is rejected, the others continue.
      return this.settle(pending).reject(toError(thrown));
    }
    if (target === undefined) return this.settle(pending).reject(reason);
    const previous = pending.asked.filter((asked) => !isSameAddress(asked, target));
    discount(pending);
    count(target, pending);
    pending.previous = previous.length > 0 ? previous : undefined;
    pending.target = target;
    pending.unanswered = unanswered;
    this.transmit(pending);
  }

  private readonly expired = (pending: PendingRequest): void => {
    this.giveUp(pending, timeoutError(pending.name, pending.timeoutMs));
  };

  private giveUp(pending: PendingRequest, reason: CatgaError): void {
    this.links.to(pending.target).cancel(pending.correlation);
    this.settle(pending).reject(reason);
  }

  private settle(pending: PendingRequest): PendingRequest {
    if (this.pending.delete(pending.correlation)) discount(pending);
    this.parts.timetable.remove(pending);
    pending.stopListening?.();
    return pending;
  }

  private cancelWith(pending: PendingRequest, signal: AbortSignal): void {
    pending.stopListening = onAbort(signal, () => this.giveUp(pending, cancelledError(pending.name, signal)));
  }

  /** Periodic scan for retransmissions: a timer per request would cost more than the request. */
  private armSweep(): void {
    const everyMs = Math.max(1, this.retransmission.retransmitMs / 2);
    this.sweep ??= this.parts.timetable.after(everyMs, () => {
      this.sweep = undefined;
      this.retransmit();
      if (this.pending.size > 0) this.armSweep();
    });
  }

  private retransmit(): void {
    const { retransmission } = this;
    const nowMs = this.parts.clock.monotonicMs();
    for (const pending of this.pending.values()) {
      if (pending.retransmitAtMs > nowMs) continue;
      if (pending.isStranded) this.sendAgainAnywhere(pending);
      // At most once: a lost frame is a timeout, since the handler may have run.
      else if (pending.qos === 0) continue;
      else if (pending.unanswered < retransmission.maxAttempts || this.unasked(pending).length === 0)
        this.transmit(pending);
      else this.goElsewhere(pending, lostError(pending.name, pending.target.nodeId));
    }
  }

  /** All candidates were tried without a listener: tries those that have returned. */
  private sendAgainAnywhere(pending: PendingRequest): void {
    const lost = lostError(pending.name, pending.target.nodeId);
    const nodes = this.possible(pending);
    if (nodes.length === 0) return this.settle(pending).reject(lost);
    this.move(pending, nodes, lost, pending.unanswered); // The delays keep growing across nodes.
  }

  private possible(pending: PendingRequest): readonly KnownNode[] {
    return possibleNodes(this.parts.registry, pending);
  }

  private unasked(pending: PendingRequest): readonly KnownNode[] {
    return unaskedNodes(this.parts.registry, pending);
  }

  private nextCorrelation(): number {
    do this.lastCorrelation = (this.lastCorrelation + 1) % CORRELATIONS;
    while (this.lastCorrelation === NO_REQUEST || this.pending.has(this.lastCorrelation));
    return this.lastCorrelation;
  }

  private decodeError(name: string, body: FrameBody): Error {
    const { codec, errors } = this.parts;
    const what = `The error of ${name}`;
    try {
      const encoded = codec.decodeBody(what, body);
      return isEncodedError(encoded) ? errors.decode(encoded) : notOnTheWire(what);
    } catch (thrown) {
      return thrown instanceof CatgaError ? thrown : notOnTheWire(what, thrown);
    }
  }

  private hasRoom({ inFlightHere, bytesHere }: KnownNode): boolean {
    const { maxRequests, maxBytes } = UNANSWERED_LIMITS;
    return inFlightHere < maxRequests && bytesHere < maxBytes;
  }

  private anotherWithRoom({ name, onlyNodeId }: OutgoingRequest): KnownNode | undefined {
    if (onlyNodeId !== undefined) return undefined;
    const { registry, self } = this.parts;
    return registry.candidatesFor(name).find((node) => node.nodeId !== self.nodeId && this.hasRoom(node));
  }
}

function count(target: KnownNode, { body }: PendingRequest): void {
  target.inFlightHere++;
  target.bytesHere += body.length;
}

function discount({ target, body }: PendingRequest): void {
  target.inFlightHere--;
  target.bytesHere -= body.length;
}
