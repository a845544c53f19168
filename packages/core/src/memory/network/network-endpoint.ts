import { CatgaError } from '../../errors/catga-error.js';
import type { LinkListener, NodeAddress, NodeLinks } from '../../ports/links.js';
import type { FrameExchange } from './frame-exchange.js';
import type { FrameLink } from './frame-link.js';
import type { NodeGate } from './node-gate.js';

/** Endpoint of one node's links. */
export class NetworkEndpoint implements NodeLinks {
  readonly maxFrameBytes: number;
  /** Links from here, by target address. */
  readonly links = new Map<string, FrameLink>();

  constructor(
    readonly namespace: string,
    readonly address: NodeAddress,
    private readonly listener: LinkListener,
    private readonly gate: NodeGate,
    private readonly exchange: FrameExchange,
  ) {
    this.maxFrameBytes = exchange.maxFrameBytes;
  }

  send(to: NodeAddress, frame: Uint8Array): void {
    const { nodeId } = this.address;
    if (!this.exchange.isOpen(this)) {
      throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', `The links of node '${nodeId}' are closed.`, {
        details: { nodeId },
      });
    }
    const { byteLength: bytes } = frame;
    const { maxFrameBytes } = this;
    if (bytes > maxFrameBytes) {
      throw new CatgaError(
        'CATGA_PAYLOAD_TOO_LARGE',
        `A frame of ${bytes} bytes is more than the ${maxFrameBytes} bytes that a link allows.`,
        { details: { bytes, maxFrameBytes } },
      );
    }
    // The sender may reuse its buffer as soon as this returns.
    const own = new Uint8Array(frame);
    this.gate.pass(() => this.exchange.send(this, to, own));
  }

  flush(): Promise<void> {
    return this.gate.ask(() => Promise.resolve());
  }

  received(frame: Uint8Array): void {
    this.gate.pass(() => this.listener.received(frame));
  }

  unreachable(address: NodeAddress): void {
    this.gate.pass(() => this.listener.unreachable(address));
  }
}
