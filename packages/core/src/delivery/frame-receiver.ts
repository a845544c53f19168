import { CatgaError, toError } from '../errors/catga-error.js';
import type { LinkTable } from '../links/link-table.js';
import { addressKey } from '../links/address-key.js';
import { ReplayWindow } from '../links/replay-window.js';
import type { NodeAddress } from '../ports/links.js';
import type { ReplyStatus } from '../wire/frame-layout.js';
import { requireSerializer } from '../wire/frame-errors.js';
import { FrameReader, bytesBody } from '../wire/frame-reader.js';
import type { EventRecord, FrameVisitor, RequestRecord } from '../wire/frame-records.js';

/** Where the records of frames go. */
export interface FrameHandlers {
  request(sender: NodeAddress, request: RequestRecord): void;
  reply(sender: NodeAddress, correlation: number, status: ReplyStatus, body: Uint8Array): void;
  cancel(sender: NodeAddress, correlation: number): void;
  event(sender: NodeAddress, event: EventRecord): void;
  /** Refused: not a frame, not for this start of this node, or of another serializer or version. */
  refused(error: CatgaError): void;
}

/** A node that frames come from. */
interface Peer {
  readonly window: ReplayWindow;
  readonly visitor: FrameVisitor;
}

/** Takes the frames that come for this node apart; bad ones are refused and hurt nothing. */
export class FrameReceiver {
  private readonly reader = new FrameReader(bytesBody);
  private readonly peers = new Map<string, Peer>();

  constructor(
    private readonly self: NodeAddress,
    private readonly serializer: string,
    private readonly links: LinkTable,
    private readonly handlers: FrameHandlers,
  ) {}

  received(frame: Uint8Array): void {
    try {
      this.take(frame);
    } catch (thrown) {
      const error = toError(thrown);
      this.handlers.refused(
        error instanceof CatgaError
          ? error
          : new CatgaError('CATGA_SERIALIZATION', 'A frame could not be taken apart.', { cause: error }),
      );
    }
  }

  /** A node is gone: its frames need not be remembered. */
  forget(address: NodeAddress): void {
    this.peers.delete(addressKey(address));
  }

  private take(frame: Uint8Array): void {
    const header = this.reader.header(frame);
    const { sender, receiverIncarnation, sequence, acknowledged } = header;
    // For the node that was here before; its sender learns of this one from the directory.
    if (receiverIncarnation !== this.self.incarnation) return;
    requireSerializer(header, this.serializer);
    const { window, visitor } = this.peer(sender);
    const isNew = window.accept(sequence);
    const link = this.links.to(sender);
    link.received = window.last;
    link.acknowledge(acknowledged);
    if (isNew) this.reader.records(frame, header, visitor);
  }

  private peer(sender: NodeAddress): Peer {
    const key = addressKey(sender);
    let peer = this.peers.get(key);
    if (peer === undefined) {
      peer = { window: new ReplayWindow(), visitor: this.visitorFor(sender) };
      this.peers.set(key, peer);
    }
    return peer;
  }

  private visitorFor(sender: NodeAddress): FrameVisitor {
    const { handlers } = this;
    return {
      request: (request) => handlers.request(sender, request),
      reply: (correlation, status, body) => handlers.reply(sender, correlation, status, body),
      cancel: (correlation) => handlers.cancel(sender, correlation),
      event: (event) => handlers.event(sender, event),
    };
  }
}
