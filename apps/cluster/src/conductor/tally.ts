/** The commands of the load. */
export type CommandKind = 'place-order' | 'book-shipment';

/** What the HTTP client knows of its commands. */
export class Tally {
  sent = 0;
  succeeded = 0;
  failed = 0;
  readonly retriedByKind: Record<CommandKind, number> = { 'place-order': 0, 'book-shipment': 0 };
  /** Why commands failed, each reason once. */
  readonly reasons = new Set<string>();
  /** Which run answered, by message id. */
  readonly answers = new Map<string, string>();

  /** Commands that are not answered yet; in the end, the lost ones. */
  get unanswered(): number {
    return this.sent - this.succeeded - this.failed;
  }

  get retried(): number {
    return this.retriedByKind['place-order'] + this.retriedByKind['book-shipment'];
  }

  success(messageId: string, runId: string): void {
    this.succeeded++;
    this.answers.set(messageId, runId);
  }

  failure(reason: string): void {
    this.failed++;
    this.reasons.add(reason);
  }
}
