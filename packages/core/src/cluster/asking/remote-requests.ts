import type { MessageType } from '../../contracts/message-type.js';
import type { SaidSendOptions } from '../../contracts/said-headers.js';
import type { KnownNode } from '../../discovery/known-node.js';
import type { Cause } from '../../pipeline/handler-context.js';
import type { AttemptOptions } from '../../pipeline/resilience/policed-call.js';
import type { RoutingStrategy } from '../../routing/routing-strategy.js';
import { encodeMessageBody } from '../../wire/message-codec.js';
import type { ClusterParts } from '../cluster-parts.js';
import type { RequestSender } from './request-sender.js';

/** Default timeout of a request to another node, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** Requests to other nodes: routing and encoding. */
export class RemoteRequests {
  constructor(
    private readonly parts: ClusterParts,
    private readonly sender: RequestSender,
    private readonly routing: RoutingStrategy,
    /** `request.timeoutMs` of the module. */
    private readonly ownTimeoutMs: number | undefined,
  ) {}

  /** Target node of a request; undefined if no node handles it. */
  nodeFor(name: string, key: string | undefined): KnownNode | undefined {
    const { registry, self } = this.parts;
    const candidates = registry.candidatesFor(name);
    if (candidates.length === 0) return undefined;
    const { node } = this.routing.select({ name, key, selfNodeId: self.nodeId }, candidates);
    return registry.get(node.nodeId);
  }

  /** Sends a request to a node, with failover to others unless it `isPinned`. */
  send(
    type: MessageType,
    request: object,
    key: string | undefined,
    options: AttemptOptions,
    cause: Cause | undefined,
    target: KnownNode,
    isPinned = false,
  ): Promise<unknown> {
    const { name, qos, kind } = type;
    return this.sender.send(
      {
        name,
        qos,
        body: encodeMessageBody(this.parts.codec, type, request),
        messageId: options.messageId,
        callerAttempt: options.attempt,
        key,
        headers: options.headers,
        correlationId: cause?.correlationId,
        causationId: cause?.messageId,
        timeoutMs: this.timeoutMs(type, options, cause),
        mayRunAgain: qos > 0 || kind === 'query',
        onlyNodeId: isPinned ? target.nodeId : undefined,
      },
      target,
      options.signal,
    );
  }

  /** Timeout of a request to another node, in milliseconds. */
  timeoutMs(type: MessageType, options: SaidSendOptions, cause: Cause | undefined): number {
    const ownMs = options.timeoutMs ?? type.timeoutMs ?? this.ownTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (cause?.deadlineMs === undefined) return ownMs;
    return Math.max(0, Math.min(ownMs, cause.deadlineMs - this.parts.clock.monotonicMs()));
  }
}
