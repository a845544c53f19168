import { ClientRedis } from '@nestjs/microservices';

/** Nest's Redis client, which lets go of a broker that does not answer, too. */
export class RedisBridgeClient extends ClientRedis {
  /** Nest's own waits for the broker. Handlers have ended by now. */
  override async close(): Promise<void> {
    this.isManuallyClosed = true;
    for (const client of [this.pubClient, this.subClient] as readonly Disconnecting[]) client?.disconnect();
  }
}

/** Undefined before the first message. */
type Disconnecting = { disconnect(): void } | undefined;
