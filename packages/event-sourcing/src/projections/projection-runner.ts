import { lineOf } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import type { BuildSetUp } from '../store/event-store.js';
import { BuildRunner } from './build-runner.js';
import type { BuildServices } from './build-runner.js';
import type { EventTaker } from './event-taker.js';
import { createTables } from './projection-tables.js';

/** Pause after nothing was found, in milliseconds: the first, and the longest. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;

/** What a runner needs. */
export interface RunnerServices extends BuildServices {
  readonly clock: Clock;
  warn(line: string): void;
}

/** Runs one projection on this node: each build of its version, in turns. */
export class ProjectionRunner {
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();
  private pauseMs = FIRST_PAUSE_MS;
  private wakeUp = (): void => {};
  private lastLine = '';
  private builds = new Map<number, BuildRunner>();

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

  /** Each build takes a page. Whether one has moved. */
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
        // The other builds go on.
        failure = { thrown };
      }
    if (failure !== undefined) throw failure.thrown;
    return hasMoved;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      let hasMoved = false;
      try {
        hasMoved = await this.turn();
        this.lastLine = '';
      } catch (thrown) {
        const line = `The projection '${this.taker.definition.name}' is held up: ${lineOf(thrown)}`;
        if (line !== this.lastLine) this.services.warn(line);
        this.lastLine = line;
      }
      if (hasMoved) this.pauseMs = FIRST_PAUSE_MS;
      else await this.rest();
    }
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
