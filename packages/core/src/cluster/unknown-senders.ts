import { addressKey } from '../links/address-key.js';
import type { NodeAddress } from '../ports/links.js';

/** Maximum number of remembered senders: more than nodes that start within one heartbeat interval. */
const MAX_UNKNOWN_SENDERS = 256;

/**
 * Senders of frames that are not in the directory (yet, or any more). Sender addresses can be forged, so only the
 * latest are remembered.
 */
export class UnknownSenders {
  private readonly met = new Map<string, NodeAddress>();

  /**
   * @param isKnown whether an address is in the directory
   * @param forget releases all state of an address
   */
  constructor(
    private readonly isKnown: (address: NodeAddress) => boolean,
    private readonly forget: (address: NodeAddress) => void,
  ) {}

  /** Registers state of an address. */
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
