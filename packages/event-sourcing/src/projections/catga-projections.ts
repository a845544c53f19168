import { CatgaError } from '@catga/nestjs';
import type { ProjectionStatus, StoredProjection } from '../store/event-store.js';
import type { ProjectionHost } from './projection-host.js';

/**
 * A build of a projection, and how far it has come.
 *
 * @publicApi
 */
export interface ProjectionInfo extends StoredProjection {
  /** Whether this node runs it. */
  readonly isRunHere: boolean;
  /** Whether there are events that it has not taken, those included that an open transaction holds up. */
  readonly isBehind: boolean;
  /** How many, counted up to `countTo` of {@link CatgaProjections.list}; those that are held up count as one. */
  readonly eventsBehind: number;
  /** When the oldest of them was recorded. */
  readonly oldestAt: Date | undefined;
}

/**
 * What a list of projections tells.
 *
 * @publicApi
 */
export interface ProjectionListOptions {
  /** Only the builds of one projection. */
  readonly name?: string;
  /**
   * Only those that this node has the class of, in whatever version.
   * @defaultValue false
   */
  readonly here?: boolean;
  /**
   * Maximum number of events to count that a build has not taken, 1 to 10,000: they are read.
   * @defaultValue 1
   */
  readonly countTo?: number;
}

/**
 * The projections of the namespace. Injectable. A name alone is that of the highest version; what is said of a version is for all its builds.
 *
 * @publicApi
 */
export class CatgaProjections {
  constructor(private readonly host: ProjectionHost) {}

  /** All that any node has begun, each build by itself, by name, version and build. `CATGA_CONFIGURATION` for a wrong `countTo`. */
  async list({ name, here = false, countTo = 1 }: ProjectionListOptions = {}): Promise<
    readonly ProjectionInfo[]
  > {
    const all = (await this.host.store.list())
      .filter((one) => one.name === (name ?? one.name) && (!here || this.host.has(one.name)))
      .toSorted(byName);
    return Promise.all(
      all.map(async (stored) => {
        const { events: eventsBehind, oldestAt } = await this.host.behind(
          stored.name,
          stored.checkpoint,
          countTo,
        );
        const isRunHere = this.runnerOf(stored.name, stored.version) !== undefined;
        return { ...stored, isRunHere, isBehind: eventsBehind > 0, eventsBehind, oldestAt };
      }),
    );
  }

  /** Pauses a projection on all nodes. Resolves with whether it was running. `CATGA_PROJECTION_NOT_FOUND` for one that there is not. */
  pause(name: string, version?: number): Promise<boolean> {
    return this.set(name, version, 'paused', 'running');
  }

  /** Has a projection go on, from where it was paused or stopped. Resolves with whether it was. `CATGA_PROJECTION_NOT_FOUND` for one that there is not. */
  async resume(name: string, version?: number): Promise<boolean> {
    const wasHeld = await this.set(name, version, 'running', undefined);
    this.host.wake();
    return wasHeld;
  }

  /**
   * Builds the read model anew, from the first event on, in tables of its own beside those that are read, which go on meanwhile. As soon as it has come
   * as far it takes their place, in one transaction, and they are dropped. Resolves with the number of the build as soon as it is begun;
   * one that is under way already is left to it. `CATGA_PROJECTION_NOT_FOUND` for a projection that this node does not run,
   * `CATGA_UNSUPPORTED` for one without `tables`.
   */
  async rebuild(name: string, version?: number): Promise<number> {
    const runner = this.runnerOf(name, version);
    if (runner === undefined) throw noProjection(name, version, ': a node that runs it can have it rebuilt');
    const { definition } = runner.taker;
    if (Object.keys(definition.tables).length === 0)
      throw new CatgaError(
        'CATGA_UNSUPPORTED',
        `The projection '${name}' has no tables in @Projection({ tables }), so a second build of it would write to those of the first: raise its version instead, and have that write to others.`,
        { details: { name } },
      );
    const { build } = await this.host.store.rebuild(name, definition.version, runner.setUp);
    runner.wake();
    return build;
  }

  private runnerOf(name: string, version: number | undefined): ProjectionHost['runners'][number] | undefined {
    return this.host.runners.find(
      ({ taker: { definition } }) =>
        definition.name === name && (version === undefined || definition.version === version),
    );
  }

  private async set(
    name: string,
    version: number | undefined,
    status: ProjectionStatus,
    only: ProjectionStatus | undefined,
  ): Promise<boolean> {
    const { store } = this.host;
    const all = (await store.list()).filter((one) => one.name === name);
    const wanted = version ?? Math.max(...all.map((one) => one.version));
    const builds = all.filter((one) => one.version === wanted);
    if (builds.length === 0) throw noProjection(name, version, '');
    const changed = await Promise.all(
      builds.map(
        async (one) =>
          one.status !== status &&
          (only === undefined || one.status === only) &&
          (await store.setStatus(one, { status }, { status: one.status })),
      ),
    );
    return changed.includes(true);
  }
}

function noProjection(name: string, version: number | undefined, hint: string): CatgaError {
  const which = version === undefined ? '' : ` in version ${version}`;
  return new CatgaError('CATGA_PROJECTION_NOT_FOUND', `There is no projection '${name}'${which}${hint}.`, {
    details: { name },
  });
}

function byName(one: StoredProjection, other: StoredProjection): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return one.version - other.version || one.build - other.build;
}
