import { brokerError, isRefusal, unavailable } from './broker-errors.js';
import type { RedisClient } from './redis-client.js';

type Received = (message: Buffer) => void;

/** Pub/sub subscriptions, on a connection of their own, since a subscribed connection sends no other commands. */
export class Channels {
  private readonly receivers = new Map<string, Set<Received>>();

  constructor(private readonly subscriber: RedisClient) {
    subscriber.on('messageBuffer', (channel: Buffer, message: Buffer) => {
      const receivers = this.receivers.get(channel.toString());
      if (receivers !== undefined) for (const receive of receivers) receive(message);
    });
  }

  /** Subscribes; resolves after the server has confirmed, with a function that unsubscribes. */
  async subscribe(channel: string, received: Received): Promise<() => void> {
    const receivers = this.receivers.get(channel) ?? new Set();
    this.receivers.set(channel, receivers);
    receivers.add(received);
    const stop = (): void => this.unsubscribe(channel, received);
    try {
      await this.subscriber.subscribe(channel);
      return stop;
    } catch (thrown) {
      stop();
      throw isRefusal(thrown)
        ? brokerError(thrown, channel)
        : unavailable('Redis refused the subscription of a channel.', thrown);
    }
  }

  /** Restores all subscriptions after a reconnect; resolves after the server has confirmed. */
  async subscribeAgain(): Promise<void> {
    const channels = [...this.receivers.keys()];
    try {
      if (channels.length > 0) await this.subscriber.subscribe(...channels);
    } catch (thrown) {
      throw isRefusal(thrown) ? brokerError(thrown, channels.join(', ')) : thrown;
    }
  }

  private unsubscribe(channel: string, received: Received): void {
    const receivers = this.receivers.get(channel);
    if (receivers?.delete(received) !== true || receivers.size > 0) return;
    this.receivers.delete(channel);
    if (this.subscriber.status === 'end') return;
    // A disconnect ends subscriptions anyway.
    this.subscriber.unsubscribe(channel).catch(() => {});
  }
}
