import type { CatgaError } from '../errors/catga-error.js';

/**
 * Callbacks for state changes of an engine's connection between `connect` and `close`. Changes caused by the node
 * itself, such as its `close`, are not reported. Reasons are sentences for an operator, without credentials.
 *
 * Contract: callbacks never throw; the same report may be repeated.
 */
export interface EngineMonitor {
  /** Disconnected from the broker; the connection keeps trying to reconnect. */
  lost(reason: string): void;
  /** Reconnected; subscriptions are restored. */
  restored(): void;
  /** The connection is closed permanently: this node must be restarted. */
  closed(reason: string): void;
  /**
   * A permission is missing for an operation that no caller waits for. May be reported at any rate; log lines are
   * rate-limited per `what`, such as a subject prefix.
   */
  refused(what: string, error: CatgaError): void;
  /** Information for an operator. */
  note?(message: string): void;
  /** The broker's configuration may lose messages. */
  warn(message: string): void;
}
