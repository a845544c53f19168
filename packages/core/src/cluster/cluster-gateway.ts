import type { MessageType } from '../contracts/message-type.js';
import type { SaidPublishOptions, SaidSendOptions } from '../contracts/said-headers.js';
import type { Cluster } from './cluster.js';
import type { OutgoingRequest } from './asking/pending-request.js';
import type { EventSubscribers } from '../discovery/interest-index.js';
import type { KnownNode } from '../discovery/known-node.js';
import type { NodeRegistry } from '../discovery/node-registry.js';
import type { CatgaError } from '../errors/catga-error.js';
import type { Cause } from '../pipeline/handler-context.js';
import type { Clock } from '../ports/clock.js';
import type { Codec } from '../wire/codec.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import { encodeMessageBody } from '../wire/message-codec.js';
import type { AttemptOptions } from '../pipeline/resilience/policed-call.js';

/** How long a caller waits for another node where nobody says, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** What leaving the process needs of the node. */
export interface GatewayServices {
  readonly self: { readonly nodeId: string; readonly service: string };
  readonly registry: NodeRegistry;
  readonly codec: Codec;
  readonly clock: Clock;
  /** How long callers wait unless the message or the call says. */
  readonly timeoutMs: number | undefined;
  readonly newId: () => string;
  /** An event does not reach everybody who wants it. */
  readonly unreached: (error: CatgaError) => void;
}

/** A node that an event goes to, and for whom there. */
interface EventTarget {
  readonly known: KnownNode;
  readonly toServiceHandlers: boolean;
  readonly toNodeHandlers: boolean;
}

/** What leaves this process: requests to the nodes that handle them, plain events to the services that want them. */
export class ClusterGateway {
  /** Counts events, so that each goes to the next node of a service. */
  private published = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly services: GatewayServices,
  ) {}

  /** The node that a request goes to: undefined if nobody handles it. */
  nodeFor(type: MessageType, request: object, options: SaidSendOptions): KnownNode | undefined {
    return this.cluster.nodeFor(type.name, options.key ?? type.keyOf?.(request));
  }

  /** Sends a request to a node, and unless it is `isPinned` there, to others if need be. */
  send(
    type: MessageType,
    request: object,
    options: AttemptOptions,
    cause: Cause | undefined,
    target: KnownNode,
    isPinned = false,
  ): Promise<unknown> {
    const outgoing: OutgoingRequest = {
      name: type.name,
      qos: type.qos,
      body: encodeMessageBody(this.services.codec, type, request),
      messageId: options.messageId,
      callerAttempt: options.attempt,
      key: options.key ?? type.keyOf?.(request),
      headers: options.headers,
      correlationId: cause?.correlationId,
      causationId: cause?.messageId,
      timeoutMs: this.timeoutMs(type, options, cause),
      mayRunAgain: type.qos > 0 || type.kind === 'query',
      onlyNodeId: isPinned ? target.nodeId : undefined,
    };
    return this.cluster.send(outgoing, target, options.signal);
  }

  /** Takes a plain event to one node of each other service that wants it, and to every node that wants it as a node. */
  publish(
    type: MessageType,
    event: object,
    options: SaidPublishOptions,
    cause: Cause | undefined,
    isHandledHere: boolean,
  ): void {
    const { registry, self } = this.services;
    const { services, nodes } = registry.subscribersOf(type.name);
    const turn = this.published++;
    const targets: EventTarget[] = [];
    for (const [service, members] of services) {
      if (service === self.service && isHandledHere) continue;
      const known = members[turn % members.length];
      if (known !== undefined && known.nodeId !== self.nodeId) {
        targets.push({ known, toServiceHandlers: true, toNodeHandlers: nodes.includes(known) });
      }
    }
    for (const known of nodes) {
      const isChosen = targets.some((target) => target.known === known);
      if (known.nodeId !== self.nodeId && !isChosen) {
        targets.push({ known, toServiceHandlers: false, toNodeHandlers: true });
      }
    }
    this.sendEvent(type, event, options, cause, targets);
    this.reportIncompatible(type.name, incompatibleIn(registry.incompatibleAmong(type.name), services));
  }

  /** Takes an event to every other node. */
  broadcast(type: MessageType, event: object, options: SaidPublishOptions, cause: Cause | undefined): void {
    const { registry, self } = this.services;
    const targets: EventTarget[] = [];
    const incompatible: KnownNode[] = [];
    for (const { nodeId } of registry.nodes) {
      const known = nodeId === self.nodeId ? undefined : registry.get(nodeId);
      if (known?.isUnderstood === false) incompatible.push(known);
      else if (known !== undefined) targets.push({ known, toServiceHandlers: true, toNodeHandlers: true });
    }
    this.sendEvent(type, event, options, cause, targets);
    this.reportIncompatible(type.name, incompatible);
  }

  private sendEvent(
    type: MessageType,
    event: object,
    options: SaidPublishOptions,
    cause: Cause | undefined,
    targets: readonly EventTarget[],
  ): void {
    if (targets.length === 0) return;
    const body = encodeMessageBody(this.services.codec, type, event);
    // One id for all who get it; whoever is alone with it gives it one of its own.
    const messageId = options.messageId ?? (targets.length > 1 ? this.services.newId() : undefined);
    for (const { known, toServiceHandlers, toNodeHandlers } of targets) {
      const record: EventRecord<FrameBody> = {
        name: type.name,
        messageId,
        key: options.key ?? type.keyOf?.(event),
        headers: options.headers,
        correlationId: cause?.correlationId,
        causationId: cause?.messageId,
        body,
        toServiceHandlers,
        toNodeHandlers,
      };
      this.cluster.publish(record, known);
    }
  }

  private reportIncompatible(name: string, incompatible: readonly KnownNode[]): void {
    if (incompatible.length === 0) return;
    const { registry, unreached } = this.services;
    unreached(registry.dialectError(`${name} does not reach everybody who wants it`, incompatible));
  }

  /** How long a caller waits for another node, in milliseconds. */
  timeoutMs(type: MessageType, options: SaidSendOptions, cause: Cause | undefined): number {
    const ownMs = options.timeoutMs ?? type.timeoutMs ?? this.services.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (cause?.deadlineMs === undefined) return ownMs;
    return Math.max(0, Math.min(ownMs, cause.deadlineMs - this.services.clock.monotonicMs()));
  }
}

/** Who would get an event if they understood this node, and is not stood in for by another node of the service. */
function incompatibleIn(
  { services, nodes }: EventSubscribers,
  reached: EventSubscribers['services'],
): readonly KnownNode[] {
  if (services.size === 0 && nodes.length === 0) return NOBODY;
  const incompatible = new Set(nodes);
  for (const [service, members] of services) {
    if (!reached.has(service)) for (const member of members) incompatible.add(member);
  }
  return [...incompatible];
}

const NOBODY: readonly KnownNode[] = [];
