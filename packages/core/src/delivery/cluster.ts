import type { KnownNode } from '../discovery/known-node.js';
import type { NodeRegistry } from '../discovery/node-registry.js';
import type { CatgaError } from '../errors/catga-error.js';
import { LinkTable } from '../links/link-table.js';
import type { Clock } from '../ports/clock.js';
import type { EngineConnection } from '../ports/engine.js';
import type { NodeAddress, NodeLinks } from '../ports/links.js';
import type { OutcomeLog } from '../ports/outcome-log.js';
import type { RoutingStrategy } from '../routing/routing-strategy.js';
import type { Timetable } from '../time/timetable.js';
import type { Codec } from '../wire/codec.js';
import type { ErrorCodec } from '../wire/error-codec.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import type { OutgoingRequest } from './pending-request.js';
import { AnsweredRequests } from './answered-requests.js';
import { FrameReceiver } from './frame-receiver.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import { RequestReceiver } from './request-receiver.js';
import type { ReceiverServices } from './request-receiver.js';
import { RequestSender } from './request-sender.js';
import type { RetransmissionOptions } from './request-sender.js';

/** What this node's part in a cluster needs of the node. */
export interface ClusterServices extends Pick<ReceiverServices, 'isOpen' | 'handledType' | 'run'> {
  readonly self: NodeAddress;
  readonly registry: NodeRegistry;
  readonly routing: RoutingStrategy;
  readonly clock: Clock;
  readonly timetable: Timetable;
  readonly codec: Codec;
  readonly errors: ErrorCodec;
  readonly retransmission: RetransmissionOptions;
  readonly maxPendingPerNode: number;
  readonly outcomes: OutcomeLog;
  /** How long outcomes are kept for a node that takes over, in milliseconds. */
  readonly outcomeTtlMs: number;
  /** A plain event came for the handlers here. */
  readonly event: (sender: NodeAddress, event: EventRecord) => void;
  /** Something failed that no caller sees. */
  readonly failed: (source: string, thrown: unknown) => void;
}

/** How long the frames of a node that left are told from repeated ones, in milliseconds. */
const FORGOTTEN_AFTER_MS = 60_000;

/** For how long answers are remembered, and how much of them. */
const ANSWERS = { ttlMs: 60_000, maxBytes: 64 * 1024 * 1024 };

type OpenLinks = NonNullable<EngineConnection['openLinks']>;

/** This node's part in a cluster: what it asks of others, what they ask of it, and the frames between them. */
export class Cluster {
  private readonly links: LinkTable;
  private readonly sender: RequestSender;
  private readonly outcomes: OutcomeRecorder;
  private readonly frames: FrameReceiver;

  private constructor(
    private readonly services: ClusterServices,
    transport: NodeLinks,
  ) {
    const { self, clock, timetable, codec, outcomes, outcomeTtlMs, failed } = services;
    const serializer = codec.serializer.name;
    this.links = new LinkTable(self, serializer, transport, timetable, (thrown) => failed('links', thrown));
    this.outcomes = new OutcomeRecorder(outcomes, self, outcomeTtlMs, (thrown) =>
      failed('outcome log', thrown),
    );
    this.sender = new RequestSender({ ...services, links: this.links });
    const receiver = new RequestReceiver({
      ...services,
      links: this.links,
      outcomes: this.outcomes,
      answered: new AnsweredRequests(clock, ANSWERS),
    });
    this.frames = new FrameReceiver(self, serializer, this.links, {
      request: (sender, request) => receiver.received(sender, request),
      reply: (sender, correlation, status, body) => this.sender.replied(sender, correlation, status, body),
      cancel: (sender, correlation) => receiver.cancelled(sender, correlation),
      event: services.event,
      refused: (error) => failed('links', error),
    });
  }

  /** Opens this node's inbox. A frame that comes before it is open is lost, as any frame may be. */
  static async join(services: ClusterServices, openLinks: OpenLinks): Promise<Cluster> {
    const joined: { cluster?: Cluster } = {};
    const transport = await openLinks(services.self, {
      received: (frame) => joined.cluster?.frames.received(frame),
      unreachable: (address) => joined.cluster?.lost(address),
    });
    return (joined.cluster = new Cluster(services, transport));
  }

  /** The node that a request goes to: undefined if nobody handles it. */
  nodeFor(name: string, key: string | undefined): KnownNode | undefined {
    const { registry, routing, self } = this.services;
    const candidates = registry.candidatesFor(name);
    if (candidates.length === 0) return undefined;
    const { node } = routing.select({ name, key, selfNodeId: self.nodeId }, candidates);
    return registry.get(node.nodeId);
  }

  /** Sends a request to a node, and if need be to others. */
  send(request: OutgoingRequest, target: KnownNode, signal?: AbortSignal): Promise<unknown> {
    return this.sender.send(request, target, signal);
  }

  /** How many requests to other nodes are unanswered. */
  get unanswered(): number {
    return this.sender.size;
  }

  /** Sends an event to a node. */
  publish(event: EventRecord<FrameBody>, target: NodeAddress): void {
    this.links.to(target).event(event);
  }

  /**
   * A node is no longer in the directory: it drains, and will answer what it has, or it is dead, and the engine says
   * that nobody listens there, or it hangs, and what is sent again goes unanswered.
   */
  left(address: NodeAddress): void {
    this.sender.left(address);
    this.services.timetable.after(FORGOTTEN_AFTER_MS, () => this.frames.forget(address));
  }

  /** Nobody listens at an address. */
  lost(address: NodeAddress): void {
    this.frames.forget(address);
    this.sender.lost(address);
  }

  /** Sends and records what is still in hand. */
  async flush(): Promise<void> {
    await this.outcomes.flush();
    await this.links.flush();
  }

  /** Nobody waits for answers any more. */
  close(reason: CatgaError): void {
    this.sender.close(reason);
  }
}
