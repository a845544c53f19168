import type { MessageHandler, MsPattern } from '@nestjs/microservices';

/** Nest server that can stop receiving while it still replies. */
export interface BridgeServer {
  addHandler(pattern: MsPattern, handler: MessageHandler, isEventHandler?: boolean): void;
  listen(callback: (failure?: unknown) => void): unknown;
  /** Resolves once all written replies have reached the broker, which may be never. */
  flush(): Promise<void>;
  /** Closes the connection, whether the broker responds or not. */
  close(): Promise<void>;
  /** Stops receiving; received requests are still replied to. */
  stopReceiving(): Promise<void>;
}
