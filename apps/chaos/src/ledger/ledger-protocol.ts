/** What a handler tells the ledger: one line of JSON. */
export interface LedgerLine {
  /** Numbers the lines of one connection. */
  readonly number: number;
  /** It got the message, did what the message asks for, or was told to stop before. */
  readonly what: 'got' | 'effect' | 'aborted';
  readonly id: string;
  readonly service: string;
  readonly nodeId: string;
}

/** What the ledger writes down: a line, and when it came, in milliseconds since the epoch. */
export interface LedgerRecord extends LedgerLine {
  readonly atMs: number;
}

/** The answer, once the line is written. */
export interface LedgerAnswer {
  readonly number: number;
  /** How often this service has got the message. */
  readonly times: number;
}
