import type { MessageHandler, MsPattern } from '@nestjs/microservices';

/** A server of Nest's that can stop receiving while it still replies. */
export interface BridgeServer {
  addHandler(pattern: MsPattern, handler: MessageHandler, isEventHandler?: boolean): void;
  listen(callback: (failure?: unknown) => void): unknown;
  close(): Promise<void>;
  /** Takes no more messages; what was taken is still replied to. */
  stopReceiving(): Promise<void>;
}
