import type { Clock } from '@catga/core/engine';
import type { Checkpoint, ProjectionStore, StoredProjection } from './event-store.js';

/** Progress of projections in the process. What a projection does is not undone when it fails. */
export class MemoryProjections implements ProjectionStore {
  private readonly all = new Map<string, StoredProjection>();
  /** Projections that take events right now. */
  private readonly busy = new Set<string>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  async begin(name: string, version: number): Promise<StoredProjection> {
    const key = keyOf(name, version);
    const found = this.all.get(key);
    if (found !== undefined) return found;
    const changedAt = new Date(this.clock.now());
    const begun: StoredProjection = {
      name,
      version,
      status: 'running',
      problem: undefined,
      checkpoint: undefined,
      changedAt,
    };
    this.all.set(key, begun);
    return begun;
  }

  async list(): Promise<readonly StoredProjection[]> {
    return [...this.all.values()];
  }

  async advance(
    name: string,
    version: number,
    from: Checkpoint | undefined,
    to: Checkpoint,
    work: (tx: undefined) => Promise<void>,
  ): Promise<boolean> {
    const key = keyOf(name, version);
    const isAt = (): boolean => {
      const found = this.all.get(key);
      return found?.status === 'running' && found.checkpoint === from;
    };
    if (this.busy.has(key) || !isAt()) return false;
    this.busy.add(key);
    try {
      await work(undefined);
      const found = this.all.get(key);
      if (found !== undefined) this.set(found, { checkpoint: to });
      return true;
    } finally {
      this.busy.delete(key);
    }
  }

  async setStatus(
    name: string,
    version: number,
    { status, problem }: Parameters<ProjectionStore['setStatus']>[2],
    expected: Parameters<ProjectionStore['setStatus']>[3],
  ): Promise<boolean> {
    const found = this.all.get(keyOf(name, version));
    if (found === undefined) return false;
    if (expected.status !== undefined && expected.status !== found.status) return false;
    if ('checkpoint' in expected && expected.checkpoint !== found.checkpoint) return false;
    this.set(found, { status, problem });
    return true;
  }

  private set(found: StoredProjection, changed: Partial<StoredProjection>): void {
    const { name, version } = found;
    this.all.set(keyOf(name, version), { ...found, ...changed, changedAt: new Date(this.clock.now()) });
  }
}

function keyOf(name: string, version: number): string {
  return `${version}/${name}`;
}
