import type { CatgaError } from '../errors/catga-error.js';

/**
 * Told by an engine's connection what happens to it between its start and `close`. Nothing that the node does itself,
 * its `close` included, is told. Reasons are sentences for an operator, without credentials.
 *
 * Contract: never throws, and may be told the same again.
 */
export interface EngineMonitor {
  /** The broker is out of reach; the connection goes on trying. */
  lost(reason: string): void;
  /** It is in reach again, and subscriptions are made again. */
  restored(): void;
  /** The connection has ended and will not come back: this node must be restarted. */
  closed(reason: string): void;
  /**
   * The broker refuses something that no caller waits for: a permission is missing. May be told at any rate; what is
   * logged is bounded for each `what`, such as the beginning of a subject.
   */
  refused(what: string, error: CatgaError): void;
  /** How the broker is set up puts messages at risk. */
  warn(message: string): void;
}
