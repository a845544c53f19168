import type { NatsClientConnection } from '../connection/client-connection.js';

/** TLS options of a connection. */
export interface NatsTlsOptions {
  /** Trusted CA certificates, as PEM text or in a file. */
  readonly ca?: string;
  readonly caFile?: string;
  /** This client's certificate and key, as PEM text or in files. */
  readonly cert?: string;
  readonly certFile?: string;
  readonly key?: string;
  readonly keyFile?: string;
  /**
   * TLS handshake before the server's INFO; the server needs `handshake_first` (2.10 and newer).
   * @defaultValue false
   */
  readonly handshakeFirst?: boolean;
  /**
   * Whether a server with an untrusted certificate is rejected.
   * @defaultValue true
   */
  readonly rejectUnauthorized?: boolean;
}

/** Reconnect behaviour after a connection loss. */
export interface NatsReconnectOptions {
  /**
   * Reconnect attempts per server before the connection is closed for good. -1 for no limit.
   * @defaultValue -1
   */
  readonly maxAttempts?: number;
  /**
   * Wait between two attempts at one server, in milliseconds.
   * @defaultValue 500
   */
  readonly waitMs?: number;
  /**
   * Maximum random time added to the wait, in milliseconds.
   * @defaultValue 200
   */
  readonly jitterMs?: number;
  /**
   * Maximum bytes buffered while the broker is disconnected. Beyond it, sends are refused with
   * `CATGA_ENGINE_UNAVAILABLE`.
   * @defaultValue 8_388_608
   */
  readonly maxBufferedBytes?: number;
}

/** Storage options of reliable events and queued commands. */
export interface NatsDurableOptions {
  /**
   * Storage of the streams. `'memory'` does not survive a restart of the server. It cannot be changed for existing
   * streams: a start with another value fails with `CATGA_CONFIGURATION`.
   * @defaultValue 'file'
   */
  readonly storage?: 'file' | 'memory';
  /**
   * Retention of events in milliseconds, whether delivered or not. Commands are kept until they have run; a command with a key
   * that waits for longer keeps what was stored after it in its lane.
   * @defaultValue 604_800_000, seven days
   */
  readonly maxAgeMs?: number;
  /**
   * Maximum size of the event log, in bytes, divided among its lanes; and of each stream of queued commands. Beyond it `publish` and `enqueue` reject with `CATGA_OVERLOADED`; stored
   * messages are not dropped.
   * @defaultValue no limit but the server's
   */
  readonly maxBytes?: number;
  /**
   * Deduplication window by name and id, in milliseconds. At most `maxAgeMs`.
   * @defaultValue 120_000
   */
  readonly duplicateWindowMs?: number;
  /**
   * Acknowledgement timeout in milliseconds: after it, unacknowledged deliveries of a node are redelivered to another
   * one. A node extends it while its handlers run.
   * @defaultValue 30_000
   */
  readonly ackWaitMs?: number;
  /**
   * Maximum unacknowledged commands of one queue, over all nodes: those in progress, and those waiting for a
   * redelivery.
   * @defaultValue 10_000
   */
  readonly maxUnsettled?: number;
  /**
   * Maximum publishes of this node without an acknowledgement of the store. Further ones wait up to
   * `requestTimeoutMs`, then they are refused with `CATGA_OVERLOADED`.
   * @defaultValue 4_096
   */
  readonly maxPendingAcks?: number;
  /**
   * Number of lanes of the event log, chosen when it is created; an existing log keeps its number. Messages of one key
   * share a lane; a service handles events on at most as many nodes as there are lanes.
   * @defaultValue 16
   */
  readonly lanes?: number;
}

/**
 * Options of the NATS engine. User and password may also be part of `servers`, as `nats://user:password@host`.
 * Credentials never appear in logs or errors.
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
   * An existing connection of `@nats-io/transport-node` 3 or `nats` 2.29. It is not closed
   * with the node, and cannot be combined with other connection options.
   */
  readonly connection?: NatsClientConnection;
  /**
   * Name of the connection on the server.
   * @defaultValue the node id
   */
  readonly name?: string;
  /** User name; requires `pass`. */
  readonly user?: string;
  /** Password. */
  readonly pass?: string;
  readonly token?: string;
  /** Path of a credentials file (`.creds`): a JWT and a seed. */
  readonly credentialsFile?: string;
  /** Seed of an nkey: `SU…`. */
  readonly nkeySeed?: string;
  /**
   * TLS; `true` trusts the system's CAs. Use the host names of the certificates in `servers`: the client verifies an
   * IP address as `localhost`.
   */
  readonly tls?: boolean | NatsTlsOptions;
  readonly reconnect?: NatsReconnectOptions;
  /**
   * Whether start-up waits until the broker is reachable. Otherwise it fails with `CATGA_ENGINE_UNAVAILABLE`
   * within `connectTimeoutMs`.
   * @defaultValue false
   */
  readonly waitOnStart?: boolean;
  /**
   * Timeout of one connection attempt, in milliseconds.
   * @defaultValue 5_000
   */
  readonly connectTimeoutMs?: number;
  /**
   * Timeout of a JetStream request in milliseconds, including a reconnect.
   * @defaultValue 10_000
   */
  readonly requestTimeoutMs?: number;
  /**
   * Number of replicas of each stream: 1, 3 or 5.
   * @defaultValue 1
   */
  readonly replicas?: 1 | 3 | 5;
  readonly durable?: NatsDurableOptions;
  /**
   * Prefix of reply subjects, for accounts with restricted permissions.
   * @defaultValue '_INBOX'
   */
  readonly inboxPrefix?: string;
}
