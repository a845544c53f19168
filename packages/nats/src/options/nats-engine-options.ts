import type { NatsClientConnection } from '../connection/client-connection.js';

/** How a connection is secured by TLS. */
export interface NatsTlsOptions {
  /** Certificates of authorities to trust, as PEM text or in a file. */
  readonly ca?: string;
  readonly caFile?: string;
  /** This client's certificate and key, as PEM text or in files. */
  readonly cert?: string;
  readonly certFile?: string;
  readonly key?: string;
  readonly keyFile?: string;
  /**
   * Speak TLS from the first byte; the server needs `handshake_first` (2.10 and newer).
   * @defaultValue false
   */
  readonly handshakeFirst?: boolean;
  /**
   * Whether a server whose certificate is not trusted is refused.
   * @defaultValue true
   */
  readonly rejectUnauthorized?: boolean;
}

/** What happens when the broker is gone. */
export interface NatsReconnectOptions {
  /**
   * How often each server is tried before the connection is given up. -1 never gives up.
   * @defaultValue -1
   */
  readonly maxAttempts?: number;
  /**
   * Between two attempts at one server, in milliseconds.
   * @defaultValue 500
   */
  readonly waitMs?: number;
  /**
   * Added to the wait at random, at most, in milliseconds.
   * @defaultValue 200
   */
  readonly jitterMs?: number;
  /**
   * How many bytes are kept while the broker is away. Beyond it what is sent is refused with
   * `CATGA_ENGINE_UNAVAILABLE`.
   * @defaultValue 8_388_608
   */
  readonly maxBufferedBytes?: number;
}

/** How reliable events and queued commands are kept. */
export interface NatsDurableOptions {
  /**
   * Where the server keeps them. What is in `'memory'` ends with the server. It cannot be changed once the streams are
   * there: then a start fails with `CATGA_CONFIGURATION`.
   * @defaultValue 'file'
   */
  readonly storage?: 'file' | 'memory';
  /**
   * How long events are kept, in milliseconds, whether all have had them or not. Commands are kept until they were run.
   * @defaultValue 604_800_000, seven days
   */
  readonly maxAgeMs?: number;
  /**
   * How many bytes each of the streams holds. Beyond it publishing and queueing reject with `CATGA_OVERLOADED`; nothing
   * that was stored is dropped for it.
   * @defaultValue no limit but the server's
   */
  readonly maxBytes?: number;
  /**
   * For how long, in milliseconds, a message whose name and id were stored before is taken for a repetition. No longer
   * than `maxAgeMs`.
   * @defaultValue 120_000
   */
  readonly duplicateWindowMs?: number;
  /**
   * After how long without a sign, in milliseconds, what a node took is given to another one. A node gives signs for as
   * long as its handlers run.
   * @defaultValue 30_000
   */
  readonly ackWaitMs?: number;
  /**
   * How many messages of one handler may be unsettled at a time, over all nodes: those that are being handled, and those
   * that wait to be tried again.
   * @defaultValue 10_000
   */
  readonly maxUnsettled?: number;
  /**
   * How many messages of this node may be on their way to the store at a time; others wait their turn, up to
   * `requestTimeoutMs`, then they are refused with `CATGA_OVERLOADED`.
   * @defaultValue 4_096
   */
  readonly maxPendingAcks?: number;
  /**
   * Over how many lanes messages with a key are spread. A message that waits to be tried again holds up its lane. Use one
   * number on all nodes of a namespace: while two are in use nothing is lost, but the order of a key does not hold.
   * @defaultValue 8
   */
  readonly keyPartitions?: number;
}

/**
 * What the NATS engine may be told. Every credential also works inside `servers`, as `nats://user:password@host`;
 * none is ever logged, or part of an error.
 *
 * @publicApi
 */
export interface NatsEngineOptions {
  /**
   * Addresses of the servers of one NATS cluster, such as `nats://host:4222`; `tls://` asks for TLS.
   * @defaultValue 'nats://127.0.0.1:4222'
   */
  readonly servers?: string | readonly string[];
  /**
   * A connection that the application has already, of `@nats-io/transport-node` 3 or `nats` 2.29. It is not closed
   * with the node. Nothing that says how to connect may stand beside it.
   */
  readonly connection?: NatsClientConnection;
  /**
   * How the connection is called on the server.
   * @defaultValue the node id
   */
  readonly name?: string;
  /** User name, together with `pass`. */
  readonly user?: string;
  /** Password. */
  readonly pass?: string;
  readonly token?: string;
  /** Path of a credentials file (`.creds`): a JWT and a seed. */
  readonly credentialsFile?: string;
  /** Seed of an nkey: `SU…`. */
  readonly nkeySeed?: string;
  /**
   * `true` takes the authorities that the system trusts. Name servers by the host names in their certificates: the client
   * checks one that is named by its IP address as `localhost`.
   */
  readonly tls?: boolean | NatsTlsOptions;
  readonly reconnect?: NatsReconnectOptions;
  /**
   * Whether a start waits for as long as the broker is away. Otherwise it fails with `CATGA_ENGINE_UNAVAILABLE`
   * within `connectTimeoutMs`.
   * @defaultValue false
   */
  readonly waitOnStart?: boolean;
  /**
   * How long one attempt to connect may take, in milliseconds.
   * @defaultValue 5_000
   */
  readonly connectTimeoutMs?: number;
  /**
   * How long an answer of JetStream is waited for, in milliseconds, a reconnection included.
   * @defaultValue 10_000
   */
  readonly requestTimeoutMs?: number;
  /**
   * How many servers keep a copy of each stream: 1, 3 or 5.
   * @defaultValue 1
   */
  readonly replicas?: 1 | 3 | 5;
  readonly durable?: NatsDurableOptions;
  /**
   * What the subjects of answers begin with, where an account permits only some.
   * @defaultValue '_INBOX'
   */
  readonly inboxPrefix?: string;
}
