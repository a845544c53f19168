import type { EngineSettings } from './engine-settings.js';

/** The broker of a stage: one server, or several that are one. */
export interface Broker {
  /** Where its servers listen. Each node reaches each of them through a proxy of its own. */
  readonly ports: readonly number[];
  /** After how long without a sign what a node took is given to another one, in milliseconds. */
  readonly redeliveredAfterMs: number;
  /**
   * How a process finds the broker whose servers it sees at these ports, in the order of {@link ports}, and for how long
   * it waits for an answer.
   */
  engineAt(ports: readonly number[], requestTimeoutMs: number): EngineSettings;
  /** SIGKILL to every server; what they stored stays. */
  kill(): Promise<void>;
  /** Starts what was killed, with what it stored. */
  start(): Promise<void>;
  /** Suspends every server: connections stay open, but get no answers. */
  pause(): void;
  resume(): void;
  /** Forgets what was stored; only while it is killed. */
  empty(): void;
  /** SIGKILL to the one server that has most to lose; it comes back after a while. Resolves when all are in step. */
  loseOne(awayMs: number): Promise<void>;
  /** Lets it store hardly more than it has. */
  fill(): Promise<void>;
  /**
   * Takes from all nodes what they send each other by and acknowledge with, or gives it back, while it runs. Rejects if
   * the broker was not opened with permissions.
   */
  permit(isEverything: boolean): Promise<void>;
  stats(): Promise<BrokerStats>;
  /** Stops it and removes what it stored. */
  stop(): Promise<void>;
}

/** What kind of broker is opened. */
export interface BrokerKind {
  /** Whether it is several servers with copies of everything. */
  readonly isReplicated?: boolean;
  /** Whether nodes have a user whose permissions may be taken away. */
  readonly hasPermissions?: boolean;
}

/** What a broker holds. */
export interface BrokerStats {
  /** Streams and buckets; on Redis keys that do not expire. */
  readonly stores: number;
  /** Whom it keeps the place of in a stream. */
  readonly consumers: number;
  /** Messages that consumers have not got, or not acknowledged. */
  readonly pending: number;
}
