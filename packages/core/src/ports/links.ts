import type { CatgaError } from '../errors/catga-error.js';

/** Where a node's frames go. A node that restarted is another address. */
export interface NodeAddress {
  readonly nodeId: string;
  readonly incarnation: number;
}

/** What a node hears of its links. */
export interface LinkListener {
  /** A frame for this node came. Its bytes belong to the listener and are not touched again. */
  received(frame: Uint8Array): void;
  /** The engine knows that nobody listens at this address: frames on their way there are lost. May be repeated. */
  unreachable(address: NodeAddress): void;
  /**
   * The engine's permissions do not let frames through: those to an address, or, without one, those to this node. Whoever
   * waits for an answer there gets none. May be repeated.
   */
  refused?(error: CatgaError, address?: NodeAddress): void;
}

/**
 * Frames between nodes.
 *
 * Contract: frames to one address arrive in the order they were sent, each once or not at all, as long as nothing
 * fails; whoever uses links expects any of them to be lost, late, or doubled. `send` never waits and says nothing of
 * the arrival; it throws `CATGA_ENGINE_UNAVAILABLE` if the engine cannot take the frame at all.
 */
export interface NodeLinks {
  /** The largest frame the engine carries, in bytes. */
  readonly maxFrameBytes: number;
  send(to: NodeAddress, frame: Uint8Array): void;
  /** Resolves once what was sent has left this process. */
  flush(): Promise<void>;
}
