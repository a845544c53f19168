import { LABEL } from '../contracts/label.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import type { LinkTable } from '../links/link-table.js';
import { addressKey } from '../links/address-key.js';
import { ReplayWindow } from '../links/replay-window.js';
import type { NodeAddress } from '../ports/links.js';
import type { Codec } from '../wire/codec.js';
import { malformedFrame, requireSerializer } from '../wire/frame-errors.js';
import { FrameReader, bytesBody, textBody } from '../wire/frame-reader.js';
import type { FrameBody, FrameVisitor } from '../wire/frame-records.js';

/** Consumer of the records of one node's frames. */
export interface PeerFrames extends FrameVisitor<FrameBody> {
  /** Handles an acknowledgement of a frame and the `count - 1` frames before it. */
  acknowledged(last: number, count: number): void;
  /** Releases everything: the node has left. */
  close(): void;
}

/** Callbacks of the receiver. */
export interface FrameHandlers {
  /** Creates the consumer of a sender; called once per sender. */
  from(sender: NodeAddress): PeerFrames;
  /** A refused frame: malformed, for another incarnation, or of another serializer or version. */
  refused(error: CatgaError): void;
}

/** A sender of frames. */
interface Peer {
  readonly window: ReplayWindow;
  readonly frames: PeerFrames;
  /** Consumer for frames that arrive after later ones. */
  readonly late: FrameVisitor<FrameBody>;
}

/** Decodes received frames; invalid ones are refused without side effects. */
export class FrameReceiver {
  private readonly reader: FrameReader<FrameBody>;
  private readonly peers = new Map<string, Peer>();

  constructor(
    private readonly self: NodeAddress,
    private readonly codec: Codec,
    private readonly links: LinkTable,
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
    this.peers.get(key)?.frames.close();
    this.peers.delete(key);
  }

  private take(frame: Uint8Array): void {
    const header = this.reader.header(frame);
    const { sender, receiverIncarnation, sequence, acknowledged, acknowledgedCount } = header;
    // For an earlier incarnation of this node; its sender learns of this one from the directory.
    if (receiverIncarnation !== this.self.incarnation) return;
    requireSerializer(header, this.codec.serializer.name);
    const { window, frames, late } = this.peer(sender);
    const isNew = window.accept(sequence);
    const link = this.links.to(sender);
    link.heard(window.last, window.count);
    link.acknowledge(acknowledged);
    if (isNew) this.reader.records(frame, header, sequence === window.last ? frames : late);
    // Last: the frame may retransmit a request whose reply arrived while the frame was written.
    frames.acknowledged(acknowledged, acknowledgedCount);
  }

  private peer(sender: NodeAddress): Peer {
    const key = addressKey(sender);
    let peer = this.peers.get(key);
    if (peer === undefined) {
      // The id becomes part of subjects and keys.
      if (!LABEL.test(sender.nodeId)) throw malformedFrame('a sender that no node can be', 0);
      const frames = this.handlers.from(sender);
      peer = { window: new ReplayWindow(), frames, late: withoutRepeatable(frames) };
      this.peers.set(key, peer);
    }
    return peer;
  }
}

/**
 * A later frame that arrived first may contain a retransmission of the same request, or have acknowledged its reply,
 * which is then discarded. Requests that are retransmitted anyway are ignored.
 */
function withoutRepeatable(frames: PeerFrames): FrameVisitor<FrameBody> {
  return {
    request(record) {
      if (record.qos === 0) frames.request(record);
    },
    reply: (correlation, status, body) => frames.reply(correlation, status, body),
    cancel: (correlation) => frames.cancel(correlation),
    event: (event) => frames.event(event),
  };
}
