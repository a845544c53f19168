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

/** Where the records of the frames of one node go. */
export interface PeerFrames extends FrameVisitor<FrameBody> {
  /** It has this frame of ours, and `count - 1` before it. */
  acknowledged(last: number, count: number): void;
  /** It is gone for good. */
  close(): void;
}

/** What becomes of frames. */
export interface FrameHandlers {
  /** Asked once for each node that frames come from. */
  from(sender: NodeAddress): PeerFrames;
  /** Refused: not a frame, not for this start of this node, or of another serializer or version. */
  refused(error: CatgaError): void;
}

/** A node that frames come from. */
interface Peer {
  readonly window: ReplayWindow;
  readonly frames: PeerFrames;
  /** For frames that others have overtaken. */
  readonly late: FrameVisitor<FrameBody>;
}

/** Takes the frames that come for this node apart; bad ones are refused and hurt nothing. */
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

  /** A node is gone: its frames need not be remembered. */
  forget(address: NodeAddress): void {
    const key = addressKey(address);
    this.peers.get(key)?.frames.close();
    this.peers.delete(key);
  }

  private take(frame: Uint8Array): void {
    const header = this.reader.header(frame);
    const { sender, receiverIncarnation, sequence, acknowledged, acknowledgedCount } = header;
    // For the node that was here before; its sender learns of this one from the directory.
    if (receiverIncarnation !== this.self.incarnation) return;
    requireSerializer(header, this.codec.serializer.name);
    const { window, frames, late } = this.peer(sender);
    const isNew = window.accept(sequence);
    const link = this.links.to(sender);
    link.heard(window.last, window.count);
    link.acknowledge(acknowledged);
    if (isNew) this.reader.records(frame, header, sequence === window.last ? frames : late);
    // Last: the answer to what the frame asks for again may have come while the frame was written.
    frames.acknowledged(acknowledged, acknowledgedCount);
  }

  private peer(sender: NodeAddress): Peer {
    const key = addressKey(sender);
    let peer = this.peers.get(key);
    if (peer === undefined) {
      // It becomes part of subjects and keys.
      if (!LABEL.test(sender.nodeId)) throw malformedFrame('a sender that no node can be', 0);
      const frames = this.handlers.from(sender);
      peer = { window: new ReplayWindow(), frames, late: withoutRepeatable(frames) };
      this.peers.set(key, peer);
    }
    return peer;
  }
}

/**
 * A frame that overtook this one may have asked for the same, or have acknowledged the answer to it, which is forgotten
 * then. What is sent again until it is answered is left to be sent again.
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
