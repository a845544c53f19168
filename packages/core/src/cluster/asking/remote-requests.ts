import type { MessageType } from '../../contracts/message-type.js';
import type { SaidSendOptions } from '../../contracts/said-headers.js';
import type { KnownNode } from '../../discovery/known-node.js';
import type { Cause } from '../../pipeline/handler-context.js';
import type { AttemptOptions } from '../../pipeline/resilience/policed-call.js';
import type { RoutingStrategy } from '../../routing/routing-strategy.js';
import { encodeMessageBody } from '../../wire/message-codec.js';
import type { ClusterParts } from '../cluster-parts.js';
import type { RequestSender } from './request-sender.js';

/** How long a caller waits for another node where neither message nor module says, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** The way of a request out of this process: which node gets it, and its bytes. */
export class RemoteRequests {
  constructor(
    private readonly parts: ClusterParts,
    private readonly sender: RequestSender,
    private readonly routing: RoutingStrategy,
    /** `request.timeoutMs` of the module. */
    private readonly ownTimeoutMs: number | undefined,
  ) {}

  /** The node that a request goes to: undefined if nobody handles it. */
  nodeFor(name: string, key: string | undefined): KnownNode | undefined {
    const { registry, self } = this.parts;
    const candidates = registry.candidatesFor(name);
    if (candidates.length === 0) return undefined;
    const { node } = this.routing.select({ name, key, selfNodeId: self.nodeId }, candidates);
    return registry.get(node.nodeId);
  }

  /** Sends a request to a node, and unless it is `isPinned` there, to others if need be. */
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

  /** How long a caller waits for another node, in milliseconds. */
  timeoutMs(type: MessageType, options: SaidSendOptions, cause: Cause | undefined): number {
    const ownMs = options.timeoutMs ?? type.timeoutMs ?? this.ownTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (cause?.deadlineMs === undefined) return ownMs;
    return Math.max(0, Math.min(ownMs, cause.deadlineMs - this.parts.clock.monotonicMs()));
  }
}
