/** Problem of a broker that keeps nodes from working, or may lose or delay messages. */
export interface BrokerFinding {
  /** Kind of the problem, such as `redis-evicts`. */
  readonly code: string;
  /** `error`: nodes do not work, or messages are lost; `warning`: that may happen. */
  readonly severity: 'error' | 'warning';
  /** Where it was found: a server, a stream. */
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly remedy: string;
}
