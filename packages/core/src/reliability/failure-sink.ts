import type { FailureReport } from '../contracts/error-report.js';
import type { CatgaLogger } from '../ports/logger.js';
import { codeOf } from '../wire/error-codec.js';

/**
 * Where failures go that no caller sees: of event handlers, of queued commands, of handlers whose caller gave up.
 * Each is logged, counted, and told to every listener.
 *
 * @publicApi
 */
export class CatgaErrorSink {
  private readonly listeners = new Set<(report: FailureReport) => void>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly logger: CatgaLogger) {}

  /** How many failures there were since the start, by handler or part of the engine. */
  get failures(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** Tells a listener of every failure from now on. Returns how to stop. */
  subscribe(listener: (report: FailureReport) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** @internal */
  report(report: FailureReport): void {
    this.counts.set(report.source, (this.counts.get(report.source) ?? 0) + 1);
    this.write(report);
    for (const listener of this.listeners) {
      try {
        listener(report);
      } catch (thrown) {
        this.logger.error(`A listener of CatgaErrorSink threw: ${String(thrown)}`);
      }
    }
  }

  private write({ error, source, envelope, attempt, disposition }: FailureReport): void {
    const { code } = codeOf(error);
    const subject = envelope === undefined ? '' : ` on ${envelope.name} ${envelope.messageId}`;
    const tries = attempt > 0 ? ` (attempt ${attempt}, ${disposition})` : '';
    const text = `${source} failed${subject}${tries}: ${code === undefined ? '' : `${code} `}${error.message}`;
    if (disposition === 'retried') this.logger.warn(text);
    else this.logger.error(text, error.stack);
  }
}
