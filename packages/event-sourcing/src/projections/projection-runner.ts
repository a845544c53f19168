import { isInfrastructureFailure, lineOf } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import { sqlStateOf } from '@catga/sql';
import type { BuildSetUp, StoredProjection } from '../store/event-store.js';
import { BuildRunner } from './build-runner.js';
import type { BuildServices } from './build-runner.js';
import type { EventTaker } from './event-taker.js';
import { createTables, dropTables } from './projection-tables.js';

/** Initial pause after an empty page, and maximum pause on the node that owns the projection and on others, in milliseconds. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_OF_OTHERS_MS = 5000;

/** Services of a runner. */
export interface RunnerServices extends BuildServices {
  readonly clock: Clock;
  /**
   * Whether this node owns the projection, and so polls often for events of other nodes. Any node handles its own events at once, and polls
   * now and then: the owner may not have the class.
   */
  isOurs(): boolean;
  warn(line: string): void;
}

/** Runs one projection on this node: the builds of its version take turns. */
export class ProjectionRunner {
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();
  private pauseMs = FIRST_PAUSE_MS;
  private wakeUp = (): void => {};
  private lastLine = '';
  private builds = new Map<number, BuildRunner>();
  /** The live build whose predecessors are deleted. */
  private tidiedFor = 0;

  constructor(
    readonly taker: EventTaker,
    private readonly services: RunnerServices,
  ) {}

  /** Creates the tables of a build. */
  readonly setUp: BuildSetUp = async (build, tx) => {
    if (tx !== undefined) await createTables(this.taker.definition.tables, build, tx);
  };

  start(): void {
    this.running = this.run();
  }

  /** Called when there may be new events. */
  wake(): void {
    this.pauseMs = FIRST_PAUSE_MS;
    this.wakeUp();
  }

  /** Stops. Resolves when the batch in progress has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wakeUp();
    await this.running;
  }

  /** Runs each build for one page. Resolves with whether any has progressed. */
  async turn(): Promise<boolean> {
    const { name, version } = this.taker.definition;
    const stored = await this.services.projections.begin(name, version, this.setUp);
    const runners = new Map<number, BuildRunner>();
    for (const { build } of stored)
      runners.set(build, this.builds.get(build) ?? new BuildRunner(this.taker, this.services));
    this.builds = runners;
    let hasMoved = false;
    let failure: { readonly thrown: unknown } | undefined;
    for (const one of stored)
      try {
        if (await runners.get(one.build)?.step(one)) hasMoved = true;
      } catch (thrown) {
        // The other builds continue.
        failure = { thrown };
      }
    if (failure !== undefined) throw failure.thrown;
    await this.forgetRetired(stored);
    return hasMoved;
  }

  /** Drops the tables of replaced builds, also of those that another process has replaced. */
  private async forgetRetired(stored: readonly StoredProjection[]): Promise<void> {
    const { projections } = this.services;
    const { name, tables } = this.taker.definition;
    const live = stored.find(({ role }) => role === 'live');
    if (live === undefined || live.build === this.tidiedFor) return;
    try {
      const isAll = await projections.forgetRetired?.(name, (build, tx) => dropTables(tables, build, tx));
      if (isAll !== false) this.tidiedFor = live.build;
    } catch (thrown) {
      if (isInfrastructureFailure(thrown)) return; // Such as a lock timeout, because of a reader.
      if (sqlStateOf(thrown) === undefined) throw thrown;
      this.services.warn(
        `Could not drop the tables of a replaced build of the projection '${name}': ${lineOf(thrown)}`,
      );
      this.tidiedFor = live.build;
    }
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      let hasMoved = false;
      try {
        hasMoved = await this.turn();
        this.lastLine = '';
      } catch (thrown) {
        const line = `The projection '${this.taker.definition.name}' cannot proceed, retrying: ${lineOf(thrown)}`;
        if (line !== this.lastLine) this.services.warn(line);
        this.lastLine = line;
      }
      if (hasMoved) this.pauseMs = FIRST_PAUSE_MS;
      else await this.rest();
    }
  }

  private rest(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    const pauseMs = this.pauseMs;
    const longestMs = this.services.isOurs() ? LONGEST_PAUSE_MS : LONGEST_PAUSE_OF_OTHERS_MS;
    this.pauseMs = Math.min(longestMs, pauseMs * 2);
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
