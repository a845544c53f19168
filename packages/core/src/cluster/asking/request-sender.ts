import { randomInt } from 'node:crypto';
import type { MessageType } from '../../contracts/message-type.js';
import type { SaidSendOptions } from '../../contracts/said-headers.js';
import { toError } from '../../errors/catga-error.js';
import type { CatgaError } from '../../errors/catga-error.js';
import { cancelledError, timeoutError } from '../../errors/message-errors.js';
import type { KnownNode } from '../../discovery/known-node.js';
import type { LinkTable } from '../../links/link-table.js';
import type { ResolvedCatgaOptions } from '../../options/catga-options.js';
import type { NodeAddress } from '../../ports/links.js';
import type { Cause } from '../../pipeline/handler-context.js';
import type { AttemptOptions } from '../../pipeline/resilience/policed-call.js';
import type { TimetableEntry } from '../../time/timetable.js';
import { ReplyStatus } from '../../wire/frame-layout.js';
import type { FrameBody, ReplyVisitor } from '../../wire/frame-records.js';
import { encodeMessageBody } from '../../wire/message-codec.js';
import type { ClusterParts } from '../cluster-parts.js';
import type { NodeChoice } from './node-choice.js';
import { count, discount, hasRoom } from './unanswered.js';
import { PendingRequest, isSameAddress } from './pending-request.js';
import { ReplyDecoder } from './reply-decoder.js';
import { isWorthAnotherNode, lostError, tooMuchUnanswered } from './sender-errors.js';
import { onAbort } from '../../time/abort-listeners.js';

/** Timeout of remote requests without a configured one, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** Correlation of no request: its cancellation only probes whether the node still listens. */
const NO_REQUEST = 0;

/** Number of correlations: 32 bits on the wire. */
const CORRELATIONS = 2 ** 32;

/** Maximum delay between two transmissions, in milliseconds; also the interval after a 'running' reply. */
const LONGEST_PAUSE_MS = 5000;

/** Pending requests to other nodes: transmission, retransmission, failover, timeout. */
export class RequestSender implements ReplyVisitor<FrameBody> {
  private readonly pending = new Map<number, PendingRequest>();
  private sweep: TimetableEntry | undefined;
  private readonly decoder: ReplyDecoder;

  /** @param lastCorrelation start of the correlation numbers, random so that they cannot be guessed */
  constructor(
    private readonly parts: ClusterParts,
    private readonly links: LinkTable,
    /** Candidate nodes and the routing strategy. */
    readonly choice: NodeChoice,
    private readonly options: ResolvedCatgaOptions['request'],
    private lastCorrelation = randomInt(CORRELATIONS),
  ) {
    this.decoder = new ReplyDecoder(parts.codec, parts.errors);
  }

  /** Number of unanswered requests. */
  get size(): number {
    return this.pending.size;
  }

  /**
   * Sends a request to a node, or to another one if its limit of unanswered requests is reached and the request is not
   * pinned. Rejects with `CATGA_OVERLOADED` if it is reached at all nodes: backpressure before memory runs out.
   */
  send(
    type: MessageType,
    request: object,
    key: string | undefined,
    options: AttemptOptions,
    cause: Cause | undefined,
    wanted: KnownNode,
    isPinned = false,
  ): Promise<unknown> {
    const { clock, codec, timetable } = this.parts;
    const body = encodeMessageBody(codec, type, request);
    const other = (): KnownNode | undefined => (isPinned ? undefined : this.choice.other(type.name, hasRoom));
    const target = hasRoom(wanted) ? wanted : other();
    if (target === undefined) return Promise.reject(tooMuchUnanswered(type.name, wanted));
    return new Promise((resolve, reject) => {
      const nowMs = clock.monotonicMs();
      const pending = new PendingRequest(
        type,
        body,
        key,
        options,
        cause,
        this.timeoutMs(type, options, cause),
        this.nextCorrelation(),
        target,
        isPinned,
        nowMs,
        resolve,
        reject,
        this.expired,
      );
      timetable.add(pending);
      this.pending.set(pending.correlation, pending);
      if (options.signal !== undefined) this.cancelWith(pending, options.signal);
      count(target, pending);
      this.transmit(pending, nowMs);
      this.armSweep();
    });
  }

  /** Timeout of a request to another node, in milliseconds. */
  timeoutMs(type: MessageType, options: SaidSendOptions, cause: Cause | undefined): number {
    const ownMs = options.timeoutMs ?? type.timeoutMs ?? this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (cause?.deadlineMs === undefined) return ownMs;
    return Math.max(0, Math.min(ownMs, cause.deadlineMs - this.parts.clock.monotonicMs()));
  }

  /**
   * Handles a reply. Ignored if its request is settled, or if its sender was not asked; another incarnation of an asked
   * node is a different node. Nodes tried before a failover count as asked.
   */
  reply(correlation: number, status: ReplyStatus, body: FrameBody, sender: NodeAddress): void {
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
        if (isFromTarget) this.goElsewhere(pending, this.decoder.error(pending.name, body));
        return;
    }
  }

  /** The engine rejected a frame: a request that was never sent fails, others are retransmitted later. */
  notSent(correlation: number, reason: Error): void {
    const pending = this.pending.get(correlation);
    if (pending === undefined || pending.unanswered > 1 || pending.previous !== undefined) return;
    this.settle(pending).reject(reason);
  }

  /** Remaining time of a request, in milliseconds; undefined if it is settled. */
  remainingMsOf(correlation: number): number | undefined {
    const pending = this.pending.get(correlation);
    return pending && Math.max(0, pending.dueMs - this.parts.clock.monotonicMs());
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
      else if (this.choice.unasked(pending).length > 0) this.goElsewhere(pending, lost);
      else if (this.choice.possible(pending).length > 0) pending.isStranded = true;
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
        return this.settle(pending).reject(this.decoder.error(pending.name, body));
      const value = this.decoder.value(pending.name, body);
      this.settle(pending).resolve(value);
    } catch (thrown) {
      this.settle(pending).reject(toError(thrown));
    }
  }

  private transmit(pending: PendingRequest, nowMs = this.parts.clock.monotonicMs()): void {
    const { links, options } = this;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, options.retransmitMs * 2 ** pending.unanswered);
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
    const others = isWorthAnotherNode(reason) ? this.choice.unasked(pending) : [];
    if (others.length === 0) return this.settle(pending).reject(reason);
    this.move(pending, others, reason);
  }

  /** Sends it to one of some nodes, possibly the current one. */
  private move(pending: PendingRequest, others: readonly KnownNode[], reason: Error, unanswered = 0): void {
    let target: KnownNode | undefined;
    try {
      target = this.choice.among(others, pending.name, pending.key);
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
    const everyMs = Math.max(1, this.options.retransmitMs / 2);
    this.sweep ??= this.parts.timetable.after(everyMs, () => {
      this.sweep = undefined;
      this.retransmit();
      if (this.pending.size > 0) this.armSweep();
    });
  }

  private retransmit(): void {
    const { options } = this;
    const nowMs = this.parts.clock.monotonicMs();
    for (const pending of this.pending.values()) {
      if (pending.retransmitAtMs > nowMs) continue;
      if (pending.isStranded) this.sendAgainAnywhere(pending);
      // At most once: a lost frame is a timeout, since the handler may have run.
      else if (pending.qos === 0) continue;
      else if (pending.unanswered < options.maxAttempts || this.choice.unasked(pending).length === 0)
        this.transmit(pending);
      else this.goElsewhere(pending, lostError(pending.name, pending.target.nodeId));
    }
  }

  /** All candidates were tried without a listener: tries those that have returned. */
  private sendAgainAnywhere(pending: PendingRequest): void {
    const lost = lostError(pending.name, pending.target.nodeId);
    const nodes = this.choice.possible(pending);
    if (nodes.length === 0) return this.settle(pending).reject(lost);
    this.move(pending, nodes, lost, pending.unanswered); // The delays keep growing across nodes.
  }

  private nextCorrelation(): number {
    do this.lastCorrelation = (this.lastCorrelation + 1) % CORRELATIONS;
    while (this.lastCorrelation === NO_REQUEST || this.pending.has(this.lastCorrelation));
    return this.lastCorrelation;
  }
}
