/** A subscription of the client. */
export interface ClientSubscription {
  unsubscribe(): void;
  /** Unsubscribes; resolves after the messages that were in transit. */
  drain(): Promise<void>;
}

/** A received message of either client. */
export interface ClientMessage {
  readonly subject: string;
  readonly reply?: string;
  readonly data: Uint8Array;
  readonly headers?: {
    /** Status of a message from the server itself; 0 without one. */
    readonly code: number;
    /** Value of a header; empty without one. */
    get(name: string): string;
  };
  json<T>(): T;
}

/** Status event of a client; the two clients use different names. */
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
 * The used part of a client's connection, common to `@nats-io/transport-node` 3 and `nats` 2.29.
 * Both clients encode headers alike.
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
