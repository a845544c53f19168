import type { Msg, MsgHdrs } from '@nats-io/transport-node';

/** What a subscription needs to be ended with. */
export interface ClientSubscription {
  unsubscribe(): void;
}

/**
 * What this package uses of a client's connection. Those of `@nats-io/transport-node` 3 and of `nats` 2.29 both have
 * it; headers of either client are encoded alike.
 *
 * @publicApi
 */
export interface NatsClientConnection {
  readonly info?: {
    readonly version: string;
    readonly max_payload: number;
    readonly jetstream?: boolean;
    readonly headers?: boolean;
  };
  publish(subject: string, payload?: Uint8Array, options?: { reply?: string; headers?: MsgHdrs }): void;
  subscribe(
    subject: string,
    options: { callback: (error: Error | null, message: Msg) => void },
  ): ClientSubscription;
  flush(): Promise<void>;
  status(): AsyncIterable<{ readonly type: unknown }>;
  closed(): Promise<void | Error>;
  isClosed(): boolean;
  drain(): Promise<void>;
  close(): Promise<void>;
}
