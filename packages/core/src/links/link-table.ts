import type { NodeAddress, NodeLinks } from '../ports/links.js';
import type { Timetable } from '../time/timetable.js';
import { FrameWriter } from '../wire/frame-writer.js';
import { addressKey } from './address-key.js';
import { framesBetween } from './frame-clock.js';
import { PeerLink } from './peer-link.js';

/** The links of this node, one for each address it has written to or heard from. */
export class LinkTable {
  private readonly links = new Map<string, PeerLink>();
  private last: PeerLink | undefined;
  /** What the frames of new links are numbered after: a node that was forgotten too soon takes no low number twice. */
  private lastNumber = 0;

  constructor(
    private readonly self: NodeAddress,
    private readonly serializer: string,
    private readonly transport: NodeLinks,
    private readonly timetable: Timetable,
    /** A frame could not be handed to the engine. */
    private readonly onFailure: (thrown: unknown, frame: Uint8Array) => void,
    /** Told of each address that a link was made to. */
    private readonly onLinked: (address: NodeAddress) => void = () => {},
  ) {}

  /** The link to an address; a node that restarted has another one. */
  to(address: NodeAddress): PeerLink {
    const { last } = this;
    if (last?.address.nodeId === address.nodeId && last.address.incarnation === address.incarnation)
      return last;
    const key = addressKey(address);
    let link = this.links.get(key);
    if (link === undefined) {
      const { nodeId, incarnation } = address;
      const writer = new FrameWriter(this.serializer, this.self, address, this.transport.maxFrameBytes);
      const { transport, timetable, onFailure, lastNumber } = this;
      link = new PeerLink({ nodeId, incarnation }, writer, transport, timetable, onFailure, lastNumber);
      this.links.set(key, link);
      this.onLinked(link.address);
    }
    this.last = link;
    return link;
  }

  /** A node is gone. */
  forget(address: NodeAddress): void {
    const key = addressKey(address);
    const link = this.links.get(key);
    if (link === undefined) return;
    link.flush();
    if (framesBetween(this.lastNumber, link.sent) < framesBetween(link.sent, this.lastNumber))
      this.lastNumber = link.sent;
    this.links.delete(key);
    this.last = undefined;
  }

  /** Sends all that was written, and waits until it has left this process. */
  async flush(): Promise<void> {
    for (const link of this.links.values()) link.flush();
    await this.transport.flush();
  }
}
