/** What a subscription needs to be ended with. */
export interface ClientSubscription {
  unsubscribe(): void;
  /** Ends it; what the server sent before it knew still comes, and then the promise resolves. */
  drain(): Promise<void>;
}

/** A message that came, as either client gives it. */
export interface ClientMessage {
  readonly subject: string;
  readonly reply?: string;
  readonly data: Uint8Array;
  readonly headers?: {
    /** The status of a message that the server itself sent; 0 if there is none. */
    readonly code: number;
    /** Empty if there is no such header. */
    get(name: string): string;
  };
  json<T>(): T;
}

/** What a client tells of its connection. The two clients name what they tell differently. */
export interface ClientStatus {
  readonly type: unknown;
  /** Which server, as `host:port`. */
  readonly server?: unknown;
  /** The same, or the code of an error, of `nats` 2. */
  readonly data?: unknown;
  readonly error?: unknown;
  /** Of `nats` 2. */
  readonly permissionContext?: unknown;
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
    readonly headers?: boolean;
  };
  publish(subject: string, payload?: Uint8Array, options?: { reply?: string; headers?: unknown }): void;
  subscribe(
    subject: string,
    options: { callback: (error: Error | null, message: ClientMessage) => void },
  ): ClientSubscription;
  flush(): Promise<void>;
  status(): AsyncIterable<ClientStatus>;
  closed(): Promise<void | Error>;
  isClosed(): boolean;
  drain(): Promise<void>;
  close(): Promise<void>;
}
