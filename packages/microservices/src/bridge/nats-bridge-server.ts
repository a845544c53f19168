import { ServerNats } from '@nestjs/microservices';
import type { BridgeServer } from './bridge-server.js';

/** A subscription of either NATS client. */
interface Subscription {
  /** Ends the subscription once all messages sent to it have been handled. */
  drain(): Promise<void>;
}

type Subscribe = (...args: readonly unknown[]) => Subscription;

/** Nest's NATS server, with a way to stop receiving. */
export class NatsBridgeServer extends ServerNats implements BridgeServer {
  private readonly taken: Subscription[] = [];

  override bindEvents(client: { readonly subscribe: Subscribe }): void {
    super.bindEvents({
      subscribe: (...args: readonly unknown[]) => {
        const subscription = client.subscribe(...args);
        this.taken.push(subscription);
        return subscription;
      },
    });
  }

  async stopReceiving(): Promise<void> {
    await Promise.all(this.taken.splice(0).map((subscription) => subscription.drain()));
  }

  async flush(): Promise<void> {
    await this.connection()?.flush();
  }

  private connection(): { flush(): Promise<void> } | undefined {
    try {
      return this.unwrap();
    } catch {
      return undefined; // It never listened.
    }
  }
}
