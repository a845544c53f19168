import type { Envelope } from '../contracts/envelope.js';
import type { FailureReport } from '../contracts/error-report.js';
import { codeOf, heldLineOf, recordOf } from '../errors/error-record.js';
import { toError } from '../errors/catga-error.js';
import { callUserCode, describeThrown } from '../errors/user-code.js';
import { readOf, wellFormed } from '../errors/well-formed.js';
import type { Clock } from '../ports/clock.js';
import type { CatgaLogger } from '../ports/logger.js';
import { systemClock } from '../time/system-clock.js';

/** How long failures of one kind that come in floods are only counted after one was logged, in milliseconds. */
const FLOOD_MS = 10_000;
/** How many kinds of them are told apart at once: others choose what the kinds are called. More are one kind. */
const MOST_KINDS = 1000;
const OF_ANY_KIND = 'of any other kind';
const LONGEST_STACK = 16_384;

/** A failure that is of no message, of a part of the node. */
export function failureOf(source: string, thrown: unknown): FailureReport {
  return { error: toError(thrown), source, envelope: undefined, attempt: 0, disposition: 'none' };
}

/** Failures of one kind, of which one was logged. */
interface Flood {
  readonly untilMs: number;
  /** How many came since. */
  unsaid: number;
}

/**
 * Sink of failures without a caller: of event handlers, queued commands, and handlers whose caller timed out.
 * Each is logged, counted, and told to every listener; of those that anybody on the network can cause, one of a kind
 * every ten seconds is, and all are counted.
 *
 * @publicApi
 */
export class CatgaErrorSink {
  private readonly listeners = new Set<(report: FailureReport) => unknown>();
  private readonly counts = new Map<string, number>();
  private readonly floods = new Map<string, Flood>();

  constructor(
    private readonly logger: CatgaLogger,
    private readonly clock: Pick<Clock, 'monotonicMs'> = systemClock,
  ) {}

  /** Number of failures since the start, by handler or part of the engine. */
  get failures(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /**
   * Tells a listener of every failure from now on. Returns how to stop. A listener that throws, or whose promise
   * rejects, is logged, once every ten seconds, and told of the next failure all the same.
   */
  subscribe(listener: (report: FailureReport) => unknown): () => void {
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
    const more = this.turnIn(`${report.source} ${codeOf(report.error).code ?? recordOf(report.error).name}`);
    if (more === undefined) return;
    this.write(report, more);
    this.tell(report);
  }

  /** Whether one of a kind is to be told now: how many came before it, in words; undefined if it is only counted. */
  private turnIn(given: string): string | undefined {
    const nowMs = this.clock.monotonicMs();
    const kind = this.isRoomFor(given, nowMs) ? given : OF_ANY_KIND;
    const flood = this.floods.get(kind);
    if (flood !== undefined && nowMs < flood.untilMs) {
      flood.unsaid++;
      return undefined;
    }
    // Behind all others: the first is the one whose turn is over soonest.
    this.floods.delete(kind);
    this.floods.set(kind, { untilMs: nowMs + FLOOD_MS, unsaid: 0 });
    return flood === undefined || flood.unsaid === 0 ? '' : ` (and ${flood.unsaid} more before it)`;
  }

  /** Forgets kinds whose turn is over, if there are too many. */
  private isRoomFor(kind: string, nowMs: number): boolean {
    if (this.floods.size < MOST_KINDS || this.floods.has(kind)) return true;
    for (const [old, { untilMs }] of this.floods) {
      if (untilMs > nowMs) break;
      if (old !== OF_ANY_KIND) this.floods.delete(old);
    }
    return this.floods.size < MOST_KINDS;
  }

  private count({ source }: FailureReport): void {
    this.counts.set(source, (this.counts.get(source) ?? 0) + 1);
  }

  private tell(report: FailureReport): void {
    for (const listener of this.listeners) callUserCode(() => listener(report), this.listenerFailed);
  }

  private readonly listenerFailed = (thrown: unknown): void => {
    const more = this.turnIn('a listener');
    if (more !== undefined)
      this.logger.error(`A listener of CatgaErrorSink failed: ${describeThrown(thrown)}${more}`);
  };

  private write({ error, source, envelope, attempt, disposition }: FailureReport, more: string): void {
    const record = recordOf(error);
    const { code, message } = record;
    const subject = envelope === undefined ? '' : ` on ${envelope.name} ${idOf(envelope)}`;
    const tries = attempt > 0 ? ` (attempt ${attempt}, ${disposition})` : '';
    const said = `${code === undefined ? '' : `${code} `}${message}${heldLineOf(record)}`;
    const text = `${source} failed${subject}${tries}: ${said}${more}`;
    if (disposition === 'retried') this.logger.warn(text);
    else this.logger.error(text, stackOf(error));
  }
}

/** One that was not asked for before is made now, which a clock that stands still may refuse. */
function idOf(envelope: Envelope): string {
  try {
    return envelope.messageId;
  } catch {
    return '(without an id)';
  }
}

/** A stack has the message in it, which may be of any length. */
function stackOf(error: Error): string | undefined {
  const stack = readOf(error, 'stack');
  return typeof stack === 'string' ? wellFormed(stack, LONGEST_STACK) : undefined;
}
