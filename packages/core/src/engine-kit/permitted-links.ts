import { CatgaError } from '../errors/catga-error.js';
import type { LinkListener, NodeAddress, NodeLinks } from '../ports/links.js';

/** Links of one node over a broker. */
export interface BrokerLinks extends NodeLinks {
  /**
   * Subscribes to this node's frames, unless subscribed, and checks that this node may publish to nodes. Unsubscribes if
   * it may not.
   * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if either is refused
   */
  listen(): Promise<void>;
  close(): void;
}

/** Opens a node's links. */
export interface LinkOpener {
  open(self: NodeAddress, listener: LinkListener): Promise<BrokerLinks>;
}

/** Directory that a node leaves while its links are refused. */
interface LeftDirectory {
  leave(self: NodeAddress): Promise<void>;
}

/**
 * Links of a node that leaves the directory while the broker does not permit it to receive frames, or to publish any:
 * others wait for its replies in vain. A refusal for one address does not count.
 */
export class PermittedLinks implements NodeLinks {
  private refusal: CatgaError | undefined;
  private listening: Promise<void> | undefined;

  private constructor(
    private readonly links: BrokerLinks,
    private readonly self: NodeAddress,
    private readonly listener: LinkListener,
    private readonly directory: LeftDirectory,
  ) {}

  static async open(
    opener: LinkOpener,
    self: NodeAddress,
    listener: LinkListener,
    directory: LeftDirectory,
  ): Promise<PermittedLinks> {
    let opened: PermittedLinks | undefined;
    const links = await opener.open(self, {
      ...listener,
      refused: (error, address) => {
        listener.refused?.(error, address);
        if (address === undefined) opened?.leave(error);
        else opened?.check(error);
      },
    });
    return (opened = new PermittedLinks(links, self, listener, directory));
  }

  get maxFrameBytes(): number {
    return this.links.maxFrameBytes;
  }

  /** Whether the node has left the directory for lack of a permission. */
  get isRefused(): boolean {
    return this.refusal !== undefined;
  }

  send(to: NodeAddress, frame: Uint8Array): void {
    const { links, listener, refusal } = this;
    if (refusal === undefined) return links.send(to, frame);
    // Deferred, so that the sender has registered the request: no reply will arrive.
    queueMicrotask(() => listener.refused?.(refusal));
  }

  flush(): Promise<void> {
    return this.links.flush();
  }

  /** Listens again if the permissions are back; otherwise rejects with `CATGA_ENGINE_UNAVAILABLE`. */
  async recover(): Promise<void> {
    if (this.refusal === undefined) return;
    await this.listen();
    this.refusal = undefined;
  }

  close(): void {
    this.links.close();
  }

  /** The broker refused frames to one address: it may refuse all. */
  private check(refusal: CatgaError): void {
    if (this.refusal !== undefined || this.listening !== undefined) return;
    this.listen().catch((thrown: unknown) => {
      if (thrown instanceof CatgaError) this.leave(refusal);
    });
  }

  private listen(): Promise<void> {
    return (this.listening ??= this.links.listen().finally(() => (this.listening = undefined)));
  }

  private leave(refusal: CatgaError): void {
    if (this.refusal !== undefined) return;
    this.refusal = refusal;
    this.listener.refused?.(refusal);
    // Without the goodbye, the record expires.
    this.directory.leave(this.self).catch(() => {});
  }
}
