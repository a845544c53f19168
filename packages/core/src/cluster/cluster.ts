import type { CatgaError } from '../errors/catga-error.js';
import { toError } from '../errors/catga-error.js';
import { addressKey } from '../links/address-key.js';
import { LinkTable } from '../links/link-table.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import type { EngineConnection } from '../ports/engine.js';
import type { NodeAddress, NodeLinks } from '../ports/links.js';
import type { OutcomeLog } from '../ports/outcome-log.js';
import { failureOf } from '../reliability/failure-sink.js';
import type { RoutingStrategy } from '../routing/routing-strategy.js';
import { outsideOfCallers } from '../time/outside.js';
import { OutcomeRecorder } from './answering/outcome-recorder.js';
import { RequestAnswerer } from './answering/request-answerer.js';
import { AnswerMemory } from './answering/sent-answers.js';
import { NodeChoice } from './asking/node-choice.js';
import { RequestSender } from './asking/request-sender.js';
import { readUnsent, withoutExpired } from './asking/unsent-frame.js';
import type { ClusterParts } from './cluster-parts.js';
import { FrameReceiver } from './frame-receiver.js';
import type { IncomingTraffic } from './incoming-traffic.js';
import { UnknownSenders } from './unknown-senders.js';

/** Time for which duplicate frames of a node that left are detected, in milliseconds. */
const FORGOTTEN_AFTER_MS = 60_000;

/** Retention of logged outcomes for failover, longer than any caller's timeout, in milliseconds. */
const OUTCOME_TTL_MS = 10 * 60 * 1000;

/** Memory limit of unacknowledged replies, in bytes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Traffic with other nodes: the requests sent to them, the requests they send, and the frames of both. */
export class Cluster {
  readonly links: LinkTable;
  /** Requests to other nodes. */
  readonly sender: RequestSender;
  private readonly frames: FrameReceiver;
  private readonly outcomes: OutcomeRecorder;
  private readonly memory = new AnswerMemory(MAX_ANSWER_BYTES);
  private readonly answerers = new Map<string, RequestAnswerer>();
  private readonly unknownSenders: UnknownSenders;

  constructor(
    private readonly parts: ClusterParts,
    private readonly incoming: IncomingTraffic,
    routing: RoutingStrategy,
    options: ResolvedCatgaOptions['request'],
    outcomeLog: OutcomeLog,
    transport: NodeLinks,
  ) {
    const { self, timetable, codec, failures } = parts;
    this.unknownSenders = new UnknownSenders(
      (address) => this.isPresent(address),
      (address) => this.forget(address),
    );
    this.links = new LinkTable(
      self,
      codec.serializer.name,
      transport,
      timetable,
      (thrown, frame) => this.notSent(thrown, frame),
      (address) => this.unknownSenders.meet(address),
    );
    this.outcomes = new OutcomeRecorder(outcomeLog, self, OUTCOME_TTL_MS, (thrown) =>
      failures.reportFlood(failureOf('outcome log', thrown)),
    );
    const choice = new NodeChoice(parts.registry, routing, self.nodeId);
    this.sender = new RequestSender(parts, this.links, choice, options);
    this.frames = new FrameReceiver(self, codec, this.links, this.sender, incoming, {
      from: (address) => this.answererFor(address),
      refused: (error) => failures.reportFlood(failureOf('links', error)),
    });
    parts.registry.listen(({ type, node }) => {
      if (type === 'left') this.left(node);
    });
  }

  /** Opens this node's links. Frames that arrive earlier are lost, as any frame may be. */
  static async open(
    self: NodeAddress,
    openLinks: NonNullable<EngineConnection['openLinks']>,
    over: (transport: NodeLinks) => Cluster,
  ): Promise<Cluster> {
    let cluster: Cluster | undefined;
    const transport = await openLinks(self, {
      received: (frame) => outsideOfCallers(() => cluster?.frames.received(frame)),
      unreachable: (address) => cluster?.sender.lost(address),
      refused: (error, address) => cluster?.sender.refused(error, address),
      delayed: (frame) => withoutExpired(frame, (correlation) => cluster?.sender.remainingMsOf(correlation)),
    });
    return (cluster = over(transport));
  }

  /** Sends and logs all outstanding records. */
  async flush(): Promise<void> {
    for (const answerer of this.answerers.values()) answerer.recordAnswers();
    await Promise.all([this.outcomes.flush(), this.links.flush()]);
  }

  /** Ends all waits for replies. */
  close(reason: CatgaError): void {
    this.sender.close(reason);
  }

  /**
   * A node left the directory: it is draining and will still reply, or it has crashed and the engine reports it
   * unreachable, or it hangs and retransmissions get no reply.
   */
  private left(address: NodeAddress): void {
    this.sender.left(address);
    this.parts.timetable.after(FORGOTTEN_AFTER_MS, () => {
      if (!this.isPresent(address)) this.forget(address); // Otherwise it has returned.
    });
  }

  private notSent(thrown: unknown, frame: Uint8Array): void {
    const { requests, hasMore } = readUnsent(frame);
    for (const correlation of requests) this.sender.notSent(correlation, toError(thrown));
    if (hasMore) this.parts.failures.reportFlood(failureOf('links', thrown));
  }

  private answererFor(address: NodeAddress): RequestAnswerer {
    const { parts, links, incoming, outcomes, memory } = this;
    const answerer = new RequestAnswerer(address, parts, links, incoming, outcomes, memory);
    this.answerers.set(addressKey(address), answerer);
    return answerer;
  }

  private isPresent({ nodeId, incarnation }: NodeAddress): boolean {
    return this.parts.registry.get(nodeId)?.incarnation === incarnation;
  }

  private forget(address: NodeAddress): void {
    this.frames.forget(address);
    this.answerers.delete(addressKey(address));
    this.links.forget(address);
  }
}
