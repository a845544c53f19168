import type { MessageHandler, MsPattern } from '@nestjs/microservices';

/** A server of Nest's that can stop receiving while it still replies. */
export interface BridgeServer {
  addHandler(pattern: MsPattern, handler: MessageHandler, isEventHandler?: boolean): void;
  listen(callback: (failure?: unknown) => void): unknown;
  /** Resolves once the replies that were written are with the broker, which may be never. */
  flush(): Promise<void>;
  /** Lets go of the broker, whether it answers or not. */
  close(): Promise<void>;
  /** Takes no more messages; what was taken is still replied to. */
  stopReceiving(): Promise<void>;
}
