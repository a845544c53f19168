import type { KnownNode } from '../discovery/known-node.js';
import type { NodeRegistry } from '../discovery/node-registry.js';
import type { CatgaError } from '../errors/catga-error.js';
import { toError } from '../errors/catga-error.js';
import { LinkTable } from '../links/link-table.js';
import type { Clock } from '../ports/clock.js';
import type { EngineConnection } from '../ports/engine.js';
import type { NodeAddress, NodeLinks } from '../ports/links.js';
import type { OutcomeLog } from '../ports/outcome-log.js';
import type { RoutingStrategy } from '../routing/routing-strategy.js';
import { outsideOfCallers } from '../time/outside.js';
import type { Timetable } from '../time/timetable.js';
import type { Codec } from '../wire/codec.js';
import type { ErrorCodec } from '../wire/error-codec.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import type { OutgoingRequest } from './asking/pending-request.js';
import { FrameReceiver } from './frame-receiver.js';
import type { PeerFrames } from './frame-receiver.js';
import { OutcomeRecorder } from './answering/outcome-recorder.js';
import { RequestAnswerer } from './answering/request-answerer.js';
import type { AnswererServices } from './answering/request-answerer.js';
import { AnswerMemory } from './answering/sent-answers.js';
import { RequestSender } from './asking/request-sender.js';
import type { UnansweredLimits } from './asking/request-sender.js';
import type { RetransmissionOptions } from '../options/catga-options.js';
import { UnknownSenders } from './unknown-senders.js';
import { readUnsent } from './asking/unsent-frame.js';

/** What this node's part in a cluster needs of the node. */
export interface ClusterServices extends Pick<AnswererServices, 'isOpen' | 'handledType' | 'run'> {
  readonly self: NodeAddress;
  readonly registry: NodeRegistry;
  readonly routing: RoutingStrategy;
  readonly clock: Clock;
  readonly timetable: Timetable;
  readonly codec: Codec;
  readonly errors: ErrorCodec;
  readonly retransmission: RetransmissionOptions;
  readonly unansweredLimits: UnansweredLimits;
  readonly outcomes: OutcomeLog;
  /** How long outcomes are kept for a node that takes over, in milliseconds. */
  readonly outcomeTtlMs: number;
  /** A plain event came for the handlers here. */
  readonly event: (sender: NodeAddress, event: EventRecord<FrameBody>) => void;
  /** Something failed that no caller sees. */
  readonly failed: (source: string, thrown: unknown) => void;
}

/** How long the frames of a node that left are told from repeated ones, in milliseconds. */
const FORGOTTEN_AFTER_MS = 60_000;

/** How much of answers that may not have arrived is remembered, in bytes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

type OpenLinks = NonNullable<EngineConnection['openLinks']>;

/** This node's part in a cluster: what it asks of others, what they ask of it, and the frames between them. */
export class Cluster {
  private readonly links: LinkTable;
  private readonly sender: RequestSender;
  private readonly outcomes: OutcomeRecorder;
  private readonly frames: FrameReceiver;
  private readonly answerers = new Set<RequestAnswerer>();
  private readonly unknownSenders: UnknownSenders;

  private constructor(
    private readonly services: ClusterServices,
    transport: NodeLinks,
  ) {
    const { self, timetable, codec, outcomes, outcomeTtlMs, failed } = services;
    const serializer = codec.serializer.name;
    const isKnown = (address: NodeAddress): boolean => this.isPresent(address);
    this.unknownSenders = new UnknownSenders(isKnown, (address) => this.forget(address));
    this.links = new LinkTable(
      self,
      serializer,
      transport,
      timetable,
      (thrown, frame) => {
        const { requests, hasMore } = readUnsent(frame);
        for (const correlation of requests) this.sender.notSent(correlation, toError(thrown));
        if (hasMore) failed('links', thrown);
      },
      (address) => this.unknownSenders.meet(address),
    );
    this.outcomes = new OutcomeRecorder(outcomes, self, outcomeTtlMs, (thrown) =>
      failed('outcome log', thrown),
    );
    this.sender = new RequestSender({ ...services, links: this.links });
    const memory = new AnswerMemory(MAX_ANSWER_BYTES);
    const answererServices = { ...services, links: this.links, outcomes: this.outcomes, memory };
    this.frames = new FrameReceiver(self, codec, this.links, {
      from: (sender) => this.framesFrom(sender, new RequestAnswerer(sender, answererServices)),
      refused: (error) => failed('links', error),
    });
  }

  /** Opens this node's inbox. A frame that comes before it is open is lost, as any frame may be. */
  static async join(services: ClusterServices, openLinks: OpenLinks): Promise<Cluster> {
    const joined: { cluster?: Cluster } = {};
    const transport = await openLinks(services.self, {
      received: (frame) => outsideOfCallers(() => joined.cluster?.frames.received(frame)),
      unreachable: (address) => joined.cluster?.lost(address),
      refused: (error, address) => joined.cluster?.sender.refused(error, address),
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
    this.services.timetable.after(FORGOTTEN_AFTER_MS, () => {
      if (!this.isPresent(address)) this.forget(address); // Else it is back.
    });
  }

  /** Nobody listens at an address: for now, or for ever. */
  lost(address: NodeAddress): void {
    this.sender.lost(address);
  }

  /** Sends and records what is still in hand. */
  async flush(): Promise<void> {
    for (const answerer of this.answerers) answerer.recordAnswers();
    await Promise.all([this.outcomes.flush(), this.links.flush()]);
  }

  private isPresent({ nodeId, incarnation }: NodeAddress): boolean {
    return this.services.registry.get(nodeId)?.incarnation === incarnation;
  }

  private forget(address: NodeAddress): void {
    this.frames.forget(address);
    this.links.forget(address);
  }

  private framesFrom(sender: NodeAddress, answerer: RequestAnswerer): PeerFrames {
    this.answerers.add(answerer);
    return {
      request: (record) => answerer.received(record),
      reply: (correlation, status, body) => this.sender.replied(sender, correlation, status, body),
      cancel: (correlation) => answerer.cancelled(correlation),
      event: (event) => this.services.event(sender, event),
      acknowledged: (last, count) => answerer.acknowledged(last, count),
      close: () => {
        answerer.close();
        this.answerers.delete(answerer);
      },
    };
  }

  /** Nobody waits for answers any more. */
  close(reason: CatgaError): void {
    this.sender.close(reason);
  }
}
