import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import { failureOf } from '../reliability/failure-sink.js';
import type { NodeAddress } from '../ports/links.js';
import type { ReplyStatus } from '../wire/frame-layout.js';
import type { EventRecord, FrameBody, RequestRecord } from '../wire/frame-records.js';
import type { RequestAnswerer } from './answering/request-answerer.js';
import type { RequestSender } from './asking/request-sender.js';
import type { PeerFrames } from './frame-receiver.js';
import type { IncomingTraffic } from './incoming-traffic.js';

/** One other node: dispatches the records of its frames to the asking side, the answering side, and event handlers. */
export class Peer implements PeerFrames {
  constructor(
    private readonly address: NodeAddress,
    readonly answerer: RequestAnswerer,
    private readonly sender: RequestSender,
    private readonly incoming: IncomingTraffic,
    private readonly failures: CatgaErrorSink,
  ) {}

  request(record: RequestRecord<FrameBody>): void {
    this.answerer.received(record);
  }

  cancel(correlation: number): void {
    this.answerer.cancelled(correlation);
  }

  acknowledged(last: number, count: number): void {
    this.answerer.acknowledged(last, count);
  }

  reply(correlation: number, status: ReplyStatus, body: FrameBody): void {
    this.sender.replied(this.address, correlation, status, body);
  }

  event(event: EventRecord<FrameBody>): void {
    try {
      this.incoming.receiveEvent(this.address, event);
    } catch (thrown) {
      this.failures.reportFlood(failureOf(event.name, thrown));
    }
  }

  close(): void {
    this.answerer.close();
  }
}
