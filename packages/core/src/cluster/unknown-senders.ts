import { addressKey } from '../links/address-key.js';
import type { NodeAddress } from '../ports/links.js';

/** How many are remembered: more nodes than start within a heartbeat of each other. */
const MAX_UNKNOWN_SENDERS = 256;

/**
 * Addresses that this node has frames from, or answers for, and that the directory does not know (yet, or any more).
 * Whoever reaches this node's inbox can make up as many as it likes, so only the latest are remembered.
 */
export class UnknownSenders {
  private readonly met = new Map<string, NodeAddress>();

  /**
   * @param isKnown whether the directory knows an address; those it knows are its affair
   * @param forget lets go of all that is held for an address
   */
  constructor(
    private readonly isKnown: (address: NodeAddress) => boolean,
    private readonly forget: (address: NodeAddress) => void,
  ) {}

  /** Something is held for an address from now on. */
  meet(address: NodeAddress): void {
    if (this.isKnown(address)) return;
    this.met.set(addressKey(address), address);
    for (const [key, oldest] of this.met) {
      if (this.met.size <= MAX_UNKNOWN_SENDERS) return;
      this.met.delete(key);
      if (!this.isKnown(oldest)) this.forget(oldest);
    }
  }
}
