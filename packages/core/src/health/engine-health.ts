import type { Clock } from '../ports/clock.js';
import type { EngineMonitor } from '../ports/engine-monitor.js';
import type { CatgaLogger } from '../ports/logger.js';

/** Source of an outage report: the connection, or a heartbeat without a reply. */
type Witness = 'connection' | 'heartbeat';

interface Absence {
  readonly sinceMs: number;
  readonly reason: string;
}

/**
 * Reachability of the engine's broker, by its connection and the heartbeats. Logs one line per outage and
 * one per reconnect, however many commands and connections fail meanwhile.
 */
export class EngineHealth {
  private readonly absences = new Map<Witness, Absence>();
  private closedFor: string | undefined;
  private hasEnded = false;

  constructor(
    private readonly engine: string,
    private readonly graceMs: number,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
    private readonly logger: CatgaLogger,
  ) {}

  /** Monitor for the engine's connection. */
  readonly connection: Pick<EngineMonitor, 'lost' | 'restored' | 'closed'> = {
    lost: (reason) => this.lost('connection', reason),
    restored: () => this.restored('connection'),
    closed: (reason) => this.closed(reason),
  };

  /** A heartbeat sent at `sentMs` had no reply. */
  beatFailed(sentMs: number, reason: string): void {
    this.lost('heartbeat', reason, sentMs);
  }

  beatArrived(): void {
    this.restored('heartbeat');
  }

  /** Why the node is not ready; undefined while the engine is reachable, or unreachable within the grace period. */
  get problem(): string | undefined {
    const { engine, closedFor, absence } = this;
    if (closedFor !== undefined) return `The connection to engine ${engine} is closed for good: ${closedFor}`;
    if (absence === undefined) return undefined;
    const awayMs = this.clock.monotonicMs() - absence.sinceMs;
    if (awayMs <= this.graceMs) return undefined;
    return `Engine ${engine} has been out of reach for ${seconds(awayMs)}: ${absence.reason}`;
  }

  /** The node closes the engine: later reports are ignored. */
  end(): void {
    this.hasEnded = true;
  }

  /** The longest current outage. */
  private get absence(): Absence | undefined {
    return [...this.absences.values()].toSorted((one, other) => one.sinceMs - other.sinceMs)[0];
  }

  private lost(witness: Witness, reason: string, sinceMs = this.clock.monotonicMs()): void {
    if (this.hasEnded || this.closedFor !== undefined) return;
    const isNews = this.absences.size === 0;
    const known = this.absences.get(witness);
    this.absences.set(witness, { sinceMs: known?.sinceMs ?? sinceMs, reason });
    if (isNews) this.logger.warn(`Connection to engine ${this.engine} lost: ${reason}`);
  }

  private restored(witness: Witness): void {
    const longest = this.absence;
    if (!this.absences.delete(witness) || this.absences.size > 0 || longest === undefined) return;
    if (this.hasEnded || this.closedFor !== undefined) return;
    const awayMs = this.clock.monotonicMs() - longest.sinceMs;
    this.logger.log(`Connection to engine ${this.engine} is back after ${seconds(awayMs)}`);
  }

  private closed(reason: string): void {
    if (this.hasEnded || this.closedFor !== undefined) return;
    this.closedFor = reason;
    this.logger.error(
      `The connection to engine ${this.engine} is closed for good: ${reason} This node must be restarted.`,
    );
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
