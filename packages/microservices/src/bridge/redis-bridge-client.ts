import { ClientRedis } from '@nestjs/microservices';

/** Nest's Redis client, which can also close when the broker does not respond. */
export class RedisBridgeClient extends ClientRedis {
  /** Closes without waiting for the broker, unlike Nest's own. Handlers have ended by now. */
  override async close(): Promise<void> {
    this.isManuallyClosed = true;
    for (const client of [this.pubClient, this.subClient] as readonly Disconnecting[]) client?.disconnect();
  }
}

/** Undefined before the first message. */
type Disconnecting = { disconnect(): void } | undefined;
