import type { CatgaError } from '../errors/catga-error.js';

/** Address of a node for frames. A restarted node has a new address. */
export interface NodeAddress {
  readonly nodeId: string;
  readonly incarnation: number;
}

/** Callbacks of a node's links. */
export interface LinkListener {
  /** A frame for this node. Its bytes belong to the listener; the engine does not reuse them. */
  received(frame: Uint8Array): void;
  /** An address without a listener: frames in transit to it are lost. May be repeated. */
  unreachable(address: NodeAddress): void;
  /**
   * Missing broker permissions for frames to an address, or, without one, to this node. Replies that depend on them will
   * not arrive. May be repeated.
   */
  refused?(error: CatgaError, address?: NodeAddress): void;
  /**
   * Called before a frame is sent that the engine buffered during an outage. Returns it without the requests whose
   * callers no longer wait; undefined if nothing is left to send.
   */
  delayed?(frame: Uint8Array): Uint8Array | undefined;
}

/**
 * Frames between nodes.
 *
 * Contract: without faults, frames to one address arrive in order and once. With faults, any frame may be lost, late or
 * duplicated, and the caller must tolerate it. `send` does not wait for delivery; it throws
 * `CATGA_ENGINE_UNAVAILABLE` if the engine cannot accept the frame.
 */
export interface NodeLinks {
  /** Maximum frame size, in bytes. */
  readonly maxFrameBytes: number;
  send(to: NodeAddress, frame: Uint8Array): void;
  /** Resolves once all frames have been written to the broker's connection. */
  flush(): Promise<void>;
}
