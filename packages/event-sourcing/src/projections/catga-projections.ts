import { CatgaError } from '@catga/nestjs';
import type { ProjectionStatus, StoredProjection } from '../store/event-store.js';
import type { ProjectionHost } from './projection-host.js';

/**
 * A build of a projection, and its progress.
 *
 * @publicApi
 */
export interface ProjectionInfo extends StoredProjection {
  /** Whether this node runs it. */
  readonly isRunHere: boolean;
  /** Whether there are events that it has not handled, including those that an open transaction delays. */
  readonly isBehind: boolean;
  /** Number of these events, counted up to `countTo` of {@link CatgaProjections.list}; delayed ones count as one. */
  readonly eventsBehind: number;
  /** Time when the oldest of these events was recorded. */
  readonly oldestAt: Date | undefined;
}

/**
 * Options of {@link CatgaProjections.list}.
 *
 * @publicApi
 */
export interface ProjectionListOptions {
  /** Name of one projection. */
  readonly name?: string;
  /**
   * Whether to list only projections whose class this node has, in any version.
   * @defaultValue false
   */
  readonly here?: boolean;
  /**
   * Limit of `eventsBehind`, 1 to 10,000. The events are read to count them.
   * @defaultValue 1
   */
  readonly countTo?: number;
}

/**
 * Lists, pauses, resumes and rebuilds the projections of the namespace. The default version is the highest; an action applies to all builds
 * of the version. Injectable.
 *
 * @publicApi
 */
export class CatgaProjections {
  constructor(private readonly host: ProjectionHost) {}

  /** Lists all builds in the namespace, ordered by name, version and build. `CATGA_CONFIGURATION` for an invalid `countTo`. */
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

  /** Pauses a projection on all nodes. Resolves with whether it was running. `CATGA_PROJECTION_NOT_FOUND` for an unknown one. */
  pause(name: string, version?: number): Promise<boolean> {
    return this.set(name, version, 'paused', 'running');
  }

  /**
   * Resumes a paused or stopped projection at its checkpoint. Resolves with whether it was paused or stopped. `CATGA_PROJECTION_NOT_FOUND`
   * for an unknown one.
   */
  async resume(name: string, version?: number): Promise<boolean> {
    const wasHeld = await this.set(name, version, 'running', undefined);
    this.host.wake();
    return wasHeld;
  }

  /**
   * Rebuilds the read model from the first event, in new tables beside the live ones, which stay up to date meanwhile. Once caught up, the
   * new tables replace the live ones in one transaction, and the old ones are dropped. Resolves with the number of the build as soon as it
   * has begun, or of a rebuild in progress. `CATGA_PROJECTION_NOT_FOUND` for a projection that this node does not run, `CATGA_UNSUPPORTED`
   * for one without `tables`.
   */
  async rebuild(name: string, version?: number): Promise<number> {
    const runner = this.runnerOf(name, version);
    if (runner === undefined) throw noProjection(name, version, ': only a node that runs it can rebuild it');
    const { definition } = runner.taker;
    if (Object.keys(definition.tables).length === 0)
      throw new CatgaError(
        'CATGA_UNSUPPORTED',
        `The projection '${name}' has no tables in @Projection({ tables }), so a rebuild would write to the tables of the live build: raise its version instead, and write to other tables.`,
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
