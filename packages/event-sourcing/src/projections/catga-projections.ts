import { CatgaError } from '@catga/nestjs';
import type { EventSourcingHost } from '../event-sourcing-host.js';
import type { ProjectionStatus, StoredProjection } from '../store/event-store.js';

/**
 * A projection, and how far it has come.
 *
 * @publicApi
 */
export interface ProjectionInfo extends StoredProjection {
  /** Whether this node runs it. */
  readonly isRunHere: boolean;
  /** Whether there are events that it has not taken. */
  readonly isBehind: boolean;
}

/**
 * The projections of the namespace. Injectable.
 *
 * @publicApi
 */
export class CatgaProjections {
  constructor(private readonly host: EventSourcingHost) {}

  /** All that any node has begun, each version by itself. */
  async list(): Promise<readonly ProjectionInfo[]> {
    const { store, projectionStore, runners } = this.host;
    const all = await projectionStore.list();
    return Promise.all(
      all.map(async (stored) => ({
        ...stored,
        isRunHere: runners.some(
          ({ definition: { name, version } }) => name === stored.name && version === stored.version,
        ),
        isBehind: (await store.readAll(stored.checkpoint, 1)).events.length > 0,
      })),
    );
  }

  /** Pauses a projection on all nodes. Resolves with whether it was running. `CATGA_CONFIGURATION` for one that there is not. */
  pause(name: string, version?: number): Promise<boolean> {
    return this.set(name, version, 'paused', 'running');
  }

  /** Has a projection go on, from where it was paused or stopped. Resolves with whether it was. `CATGA_CONFIGURATION` for one that there is not. */
  async resume(name: string, version?: number): Promise<boolean> {
    const wasHeld = await this.set(name, version, 'running', undefined);
    this.host.wake();
    return wasHeld;
  }

  private async set(
    name: string,
    version: number | undefined,
    status: ProjectionStatus,
    only: ProjectionStatus | undefined,
  ): Promise<boolean> {
    const { projectionStore } = this.host;
    const versions = (await projectionStore.list()).filter((one) => one.name === name);
    const found = versions.filter(
      (one) => one.version === (version ?? Math.max(...versions.map((each) => each.version))),
    );
    const [projection] = found;
    if (projection === undefined)
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `There is no projection '${name}'${version === undefined ? '' : ` in version ${version}`}.`,
        {
          details: { name },
        },
      );
    if (projection.status === status || (only !== undefined && projection.status !== only)) return false;
    return projectionStore.setStatus(name, projection.version, { status }, { status: projection.status });
  }
}
