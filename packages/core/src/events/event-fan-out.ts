import type { MessageType } from '../contracts/message-type.js';
import type { SaidPublishOptions } from '../contracts/said-headers.js';
import type { ClusterParts } from '../cluster/cluster-parts.js';
import type { EventSubscribers } from '../discovery/interest-index.js';
import type { KnownNode } from '../discovery/known-node.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import type { LinkTable } from '../links/link-table.js';
import type { Cause } from '../pipeline/handler-context.js';
import { failureOf } from '../reliability/failure-sink.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import { encodeMessageBody } from '../wire/message-codec.js';

/** A node that an event goes to, and for whom there. */
interface EventTarget {
  readonly known: KnownNode;
  readonly toServiceHandlers: boolean;
  readonly toNodeHandlers: boolean;
}

/** The way of a plain event out of this process: to the services and nodes that subscribe to it. */
export class EventFanOut {
  /** Counts events, so that each goes to the next node of a service. */
  private published = 0;

  constructor(
    private readonly parts: ClusterParts,
    /** `service` of this node. */
    private readonly service: string,
    private readonly links: LinkTable,
    private readonly ids: CatgaIds,
  ) {}

  /** Takes a plain event to one node of each other service that wants it, and to every node that wants it as a node. */
  publish(
    type: MessageType,
    event: object,
    options: SaidPublishOptions,
    cause: Cause | undefined,
    isHandledHere: boolean,
  ): void {
    const { registry, self } = this.parts;
    const { services, nodes } = registry.subscribersOf(type.name);
    const turn = this.published++;
    const targets: EventTarget[] = [];
    for (const [service, members] of services) {
      if (service === this.service && isHandledHere) continue;
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
    const { registry, self } = this.parts;
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
    const body = encodeMessageBody(this.parts.codec, type, event);
    // One id for all who get it; whoever is alone with it gives it one of its own.
    const messageId = options.messageId ?? (targets.length > 1 ? this.ids.next() : undefined);
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
      this.links.to(known).event(record);
    }
  }

  private reportIncompatible(name: string, incompatible: readonly KnownNode[]): void {
    if (incompatible.length === 0) return;
    const { registry, failures } = this.parts;
    const error = registry.dialectError(`${name} does not reach everybody who wants it`, incompatible);
    failures.reportFlood(failureOf('links', error));
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
