/** One effect, as the process that took it wrote it down. */
export interface LedgerEntry {
  /** The id of the message. */
  readonly messageId: string;
  /** Which run of a handler this was; no two are the same. */
  readonly runId: string;
  /** The process. */
  readonly pid: number;
  /** When, in microseconds of the machine's monotonic clock, which all its processes share. */
  readonly atUs: number;
}
