import type { NodeAddress, NodeLinks } from '../ports/links.js';
import type { Timetable } from '../time/timetable.js';
import { FrameWriter } from '../wire/frame-writer.js';
import { addressKey } from './address-key.js';
import { framesBetween } from './frame-clock.js';
import { PeerLink } from './peer-link.js';

/** Links of this node, one per address that it has exchanged frames with. */
export class LinkTable {
  private readonly links = new Map<string, PeerLink>();
  private last: PeerLink | undefined;
  /** Start of sequence numbers of new links, so that a link created anew does not repeat low numbers. */
  private lastNumber = 0;

  constructor(
    private readonly self: NodeAddress,
    private readonly serializer: string,
    private readonly transport: NodeLinks,
    private readonly timetable: Timetable,
    /** Called when the engine rejects a frame. */
    private readonly onFailure: (thrown: unknown, frame: Uint8Array) => void,
    /** Called for each new link. */
    private readonly onLinked: (address: NodeAddress) => void = () => {},
  ) {}

  /** Link to an address; a restarted node has a new one. */
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

  /** Removes the link of a node that has left. */
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

  /** Sends all written records, and waits until the engine has written them to the broker. */
  async flush(): Promise<void> {
    for (const link of this.links.values()) link.flush();
    await this.transport.flush();
  }
}
