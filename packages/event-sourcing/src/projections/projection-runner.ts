import { CatgaError } from '@catga/nestjs';
import { isInfrastructureFailure, lineOf } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import type { SqlExecutor } from '@catga/sql';
import type {
  Checkpoint,
  EventPage,
  EventStore,
  ProjectionStore,
  RecordedEvent,
} from '../store/event-store.js';
import type { ProjectionDefinition } from './projection-definition.js';
import type { ProjectionContext } from './projection.decorator.js';

/** Pause after nothing was found, in milliseconds: the first, and the longest. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;
/** How often an event is tried before it stops its projection. */
const MAX_ATTEMPTS = 3;

/** What a runner needs. */
export interface RunnerServices {
  readonly store: EventStore;
  readonly projections: ProjectionStore;
  readonly clock: Clock;
  /** The event as an instance of its class. */
  decode(recorded: RecordedEvent): object;
  /** The provider, for one event. */
  instance(event: object, recorded: RecordedEvent): object | Promise<object>;
  warn(line: string): void;
  error(line: string): void;
}

/**
 * Runs one projection on this node. The progress and the effect of a batch commit together, by compare-and-set: of two nodes that run it the
 * slower one does nothing.
 */
export class ProjectionRunner {
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();
  private pauseMs = FIRST_PAUSE_MS;
  private wakeUp = (): void => {};
  /** After a failure so many events are taken one at a time, so that those before the one that fails are not held up. */
  private careful = 0;
  private attempts = 0;
  private lastLine = '';

  constructor(
    readonly definition: ProjectionDefinition,
    private readonly services: RunnerServices,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** There may be something new. */
  wake(): void {
    this.pauseMs = FIRST_PAUSE_MS;
    this.wakeUp();
  }

  /** Resolves when the batch that is under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wakeUp();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      let hasMoved = false;
      try {
        hasMoved = await this.step();
        this.lastLine = '';
      } catch (thrown) {
        const line = `The projection '${this.definition.name}' is held up: ${lineOf(thrown)}`;
        if (line !== this.lastLine) this.services.warn(line);
        this.lastLine = line;
      }
      if (hasMoved) this.pauseMs = FIRST_PAUSE_MS;
      else await this.rest();
    }
  }

  /** Whether it has taken a page. */
  private async step(): Promise<boolean> {
    const { name, version, batch } = this.definition;
    const { store, projections } = this.services;
    const { checkpoint, status } = await projections.begin(name, version);
    if (status !== 'running') return false;
    const page = await store.readAll(checkpoint, this.careful > 0 ? 1 : batch);
    if (page.events.length === 0) return false;
    try {
      const hasMoved = await projections.advance(name, version, checkpoint, page.next, (tx) =>
        this.take(page, tx),
      );
      this.careful = Math.max(0, this.careful - page.events.length);
      this.attempts = 0;
      return hasMoved;
    } catch (thrown) {
      return this.failed(thrown, page, checkpoint);
    }
  }

  private async take({ events }: EventPage, tx: SqlExecutor | undefined): Promise<void> {
    for (const recorded of events) {
      const known = this.definition.events.get(recorded.name);
      if (known === undefined) continue;
      const event = this.services.decode(recorded);
      const instance = await this.services.instance(event, recorded);
      const methods = instance as Record<
        string | symbol,
        (event: object, context: ProjectionContext) => unknown
      >;
      await methods[known.method]?.(event, contextOf(recorded, tx));
    }
  }

  private async failed(
    thrown: unknown,
    page: EventPage,
    checkpoint: Checkpoint | undefined,
  ): Promise<boolean> {
    if (isInfrastructureFailure(thrown)) throw thrown;
    const [first] = page.events;
    if (page.events.length > 1) {
      this.careful = page.events.length;
      return true;
    }
    this.attempts += 1;
    if (this.attempts < MAX_ATTEMPTS) return false;
    this.attempts = 0;
    const { name, version } = this.definition;
    const problem = `${first?.stream}@${first?.version} ${first?.name}: ${lineOf(thrown)}`;
    if (
      await this.services.projections.setStatus(name, version, { status: 'stopped', problem }, { checkpoint })
    )
      this.services.error(
        `The projection '${name}' has stopped at an event: ${problem}. Mend it and resume it with CatgaProjections; others go on.`,
      );
    return false;
  }

  private rest(): Promise<void> {
    const pauseMs = this.pauseMs;
    this.pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    if (this.isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.services.clock.setTimer(pauseMs, () => this.wakeUp(), true);
      this.wakeUp = () => {
        cancel();
        this.wakeUp = () => {};
        resolve();
      };
    });
  }
}

function contextOf(recorded: RecordedEvent, tx: SqlExecutor | undefined): ProjectionContext {
  const { stream, version, checkpoint, recordedAt } = recorded;
  return {
    stream,
    id: stream.slice(stream.indexOf('/') + 1),
    version,
    checkpoint,
    recordedAt,
    get tx() {
      if (tx !== undefined) return tx;
      throw new CatgaError(
        'CATGA_UNSUPPORTED',
        'The event store has no transactions, so a projection has none.',
      );
    },
  };
}
