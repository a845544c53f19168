import { LABEL } from '../contracts/label.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import type { LinkTable } from '../links/link-table.js';
import { addressKey } from '../links/address-key.js';
import { ReplayWindow } from '../links/replay-window.js';
import type { NodeAddress } from '../ports/links.js';
import type { Codec } from '../wire/codec.js';
import { malformedFrame, requireSerializer } from '../wire/frame-errors.js';
import { FrameReader, bytesBody, textBody } from '../wire/frame-reader.js';
import type {
  EventVisitor,
  FrameBody,
  FrameVisitors,
  ReplyVisitor,
  RequestVisitor,
} from '../wire/frame-records.js';

/** Consumer of the requests in one node's frames. */
export interface PeerRequests extends RequestVisitor<FrameBody> {
  /** Handles an acknowledgement of a frame and the `count - 1` frames before it. */
  acknowledged(last: number, count: number): void;
  /** Releases everything: the node has left. */
  close(): void;
}

/** Callbacks of the receiver. */
export interface FrameHandlers {
  /** Creates the consumer of a sender; called once per sender. */
  from(sender: NodeAddress): PeerRequests;
  /** A refused frame: malformed, for another incarnation, or of another serializer or version. */
  refused(error: CatgaError): void;
}

/** A sender of frames. */
interface Peer {
  readonly window: ReplayWindow;
  readonly requests: PeerRequests;
  readonly visitors: FrameVisitors<FrameBody>;
  /** Consumers for frames that arrive after later ones. */
  readonly late: FrameVisitors<FrameBody>;
}

/** Decodes received frames; invalid ones are refused without side effects. */
export class FrameReceiver {
  private readonly reader: FrameReader<FrameBody>;
  private readonly peers = new Map<string, Peer>();

  constructor(
    private readonly self: NodeAddress,
    private readonly codec: Codec,
    private readonly links: LinkTable,
    private readonly replies: ReplyVisitor<FrameBody>,
    private readonly events: EventVisitor<FrameBody>,
    private readonly handlers: FrameHandlers,
  ) {
    this.reader = codec.isText ? new FrameReader<FrameBody>(textBody) : new FrameReader<FrameBody>(bytesBody);
  }

  received(frame: Uint8Array): void {
    try {
      this.take(frame);
    } catch (thrown) {
      const error = toError(thrown);
      this.handlers.refused(
        error instanceof CatgaError
          ? error
          : new CatgaError('CATGA_SERIALIZATION', 'A frame could not be decoded.', { cause: error }),
      );
    }
  }

  /** Discards the state of a node that has left. */
  forget(address: NodeAddress): void {
    const key = addressKey(address);
    this.peers.get(key)?.requests.close();
    this.peers.delete(key);
  }

  private take(frame: Uint8Array): void {
    const header = this.reader.header(frame);
    const { sender, receiverIncarnation, sequence, acknowledged, acknowledgedCount } = header;
    // For an earlier incarnation of this node; its sender learns of this one from the directory.
    if (receiverIncarnation !== this.self.incarnation) return;
    requireSerializer(header, this.codec.serializer.name);
    const { window, requests, visitors, late } = this.peer(sender);
    const isNew = window.accept(sequence);
    const link = this.links.to(sender);
    link.heard(window.last, window.count);
    link.acknowledge(acknowledged);
    if (isNew) this.reader.records(frame, header, sequence === window.last ? visitors : late);
    // Last: the frame may retransmit a request whose reply arrived while the frame was written.
    requests.acknowledged(acknowledged, acknowledgedCount);
  }

  private peer(sender: NodeAddress): Peer {
    const key = addressKey(sender);
    let peer = this.peers.get(key);
    if (peer === undefined) {
      // The id becomes part of subjects and keys.
      if (!LABEL.test(sender.nodeId)) throw malformedFrame('a sender that no node can be', 0);
      const { replies, events } = this;
      const requests = this.handlers.from(sender);
      peer = {
        window: new ReplayWindow(),
        requests,
        visitors: { requests, replies, events },
        late: { requests: withoutRepeatable(requests), replies, events },
      };
      this.peers.set(key, peer);
    }
    return peer;
  }
}

/**
 * A later frame that arrived first may contain a retransmission of the same request, or have acknowledged its reply,
 * which is then discarded. Requests that are retransmitted anyway are ignored.
 */
function withoutRepeatable(requests: PeerRequests): RequestVisitor<FrameBody> {
  return {
    request(record) {
      if (record.qos === 0) requests.request(record);
    },
    cancel: (correlation) => requests.cancel(correlation),
  };
}
