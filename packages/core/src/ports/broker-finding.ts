/** Something about a broker that keeps nodes from working, or may lose or hold up messages. */
export interface BrokerFinding {
  /** Names its kind, such as `redis-evicts`. */
  readonly code: string;
  /** `error`: nodes do not work, or messages are lost; `warning`: that may come. */
  readonly severity: 'error' | 'warning';
  /** What has it: a server, a stream. */
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly remedy: string;
}
