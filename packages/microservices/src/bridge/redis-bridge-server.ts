import { ServerRedis } from '@nestjs/microservices';
import type { RedisOptions } from '@nestjs/microservices';
import type { BridgeServer } from './bridge-server.js';
import { toError } from '@catga/core/engine';
import { MessageClaims } from './message-claims.js';
import type { ClaimClient } from './message-claims.js';

/** The part of a Redis client used for stopping. */
interface Connection {
  unsubscribe(): Promise<unknown>;
  punsubscribe(): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(): void;
}

/** Nest's Redis server, with claims: all bridge nodes receive each message, and one handles it. */
export class RedisBridgeServer extends ServerRedis implements BridgeServer {
  private readonly claims: MessageClaims;
  /** Messages being claimed. */
  private readonly claiming = new Set<Promise<unknown>>();

  constructor(options: Required<RedisOptions>['options'], keyPrefix: string) {
    super(options);
    this.claims = new MessageClaims(keyPrefix);
  }

  override handleMessage(
    channel: string,
    buffer: string,
    pub: ClaimClient,
    pattern: string,
  ): Promise<unknown> {
    const claimed = this.claim(channel, buffer, pub, pattern);
    this.claiming.add(claimed);
    return claimed
      .catch((thrown: unknown) => this.dropped(channel, thrown))
      .finally(() => this.claiming.delete(claimed));
  }

  async stopReceiving(): Promise<void> {
    const { subscriber } = this;
    await subscriber?.unsubscribe();
    await subscriber?.punsubscribe();
    await Promise.allSettled(this.claiming);
  }

  async flush(): Promise<void> {
    await this.publisher?.ping();
  }

  /** Closes without waiting for the broker, unlike Nest's own. */
  override async close(): Promise<void> {
    this.isManuallyClosed = true;
    this.publisher?.disconnect();
    this.subscriber?.disconnect();
  }

  /** Undefined before it listens, as {@link publisher}. */
  private get subscriber(): Connection | undefined {
    return this.subClient;
  }

  private get publisher(): Connection | undefined {
    return this.pubClient;
  }

  /** Drops a message that could not be claimed: another node may handle it. Never rejects, because Nest 11 calls it as a listener. */
  private dropped(channel: string, thrown: unknown): void {
    this.logger.error(`A message on ${channel} was dropped: ${toError(thrown).message}`);
  }

  private async claim(channel: string, buffer: string, pub: ClaimClient, pattern: string): Promise<unknown> {
    const { id } = (this.parseMessage(buffer) ?? {}) as { readonly id?: unknown };
    const isMine =
      id === undefined
        ? await this.claims.event(pub, pattern, buffer)
        : await this.claims.request(pub, pattern, JSON.stringify(id));
    return isMine ? super.handleMessage(channel, buffer, pub, pattern) : undefined;
  }
}
