import type { FailureReport } from '../contracts/error-report.js';
import type { Clock } from '../ports/clock.js';
import type { CatgaLogger } from '../ports/logger.js';
import { systemClock } from '../time/system-clock.js';
import { codeOf } from '../wire/error-codec.js';

/** How long failures of one kind that come in floods are only counted after one was logged, in milliseconds. */
const FLOOD_MS = 10_000;

/** Failures of one kind, of which one was logged. */
interface Flood {
  readonly untilMs: number;
  /** How many came since. */
  unsaid: number;
}

/**
 * Where failures go that no caller sees: of event handlers, of queued commands, of handlers whose caller gave up.
 * Each is logged, counted, and told to every listener; of those that anybody on the network can cause, one of a kind
 * every ten seconds is, and all are counted.
 *
 * @publicApi
 */
export class CatgaErrorSink {
  private readonly listeners = new Set<(report: FailureReport) => void>();
  private readonly counts = new Map<string, number>();
  private readonly floods = new Map<string, Flood>();

  constructor(
    private readonly logger: CatgaLogger,
    private readonly clock: Pick<Clock, 'monotonicMs'> = systemClock,
  ) {}

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
    this.count(report);
    this.write(report, '');
    this.tell(report);
  }

  /**
   * A failure that others can bring about as often as they like: each is counted, and one of a kind is logged and told
   * every ten seconds.
   * @internal
   */
  reportFlood(report: FailureReport): void {
    this.count(report);
    const kind = `${report.source} ${codeOf(report.error).code ?? report.error.name}`;
    const nowMs = this.clock.monotonicMs();
    const flood = this.floods.get(kind);
    if (flood !== undefined && nowMs < flood.untilMs) {
      flood.unsaid++;
      return;
    }
    this.floods.set(kind, { untilMs: nowMs + FLOOD_MS, unsaid: 0 });
    this.write(
      report,
      flood === undefined || flood.unsaid === 0 ? '' : ` (and ${flood.unsaid} more before it)`,
    );
    this.tell(report);
  }

  private count({ source }: FailureReport): void {
    this.counts.set(source, (this.counts.get(source) ?? 0) + 1);
  }

  private tell(report: FailureReport): void {
    for (const listener of this.listeners) {
      try {
        listener(report);
      } catch (thrown) {
        this.logger.error(`A listener of CatgaErrorSink threw: ${String(thrown)}`);
      }
    }
  }

  private write({ error, source, envelope, attempt, disposition }: FailureReport, more: string): void {
    const { code } = codeOf(error);
    const subject = envelope === undefined ? '' : ` on ${envelope.name} ${envelope.messageId}`;
    const tries = attempt > 0 ? ` (attempt ${attempt}, ${disposition})` : '';
    const text = `${source} failed${subject}${tries}: ${code === undefined ? '' : `${code} `}${error.message}${more}`;
    if (disposition === 'retried') this.logger.warn(text);
    else this.logger.error(text, error.stack);
  }
}
