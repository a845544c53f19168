import type { Clock } from '@catga/core/engine';
import type { BuildKey, BuildRole, Checkpoint, ProjectionStore, StoredProjection } from './event-store.js';

type Build = Omit<StoredProjection, 'role'> & { readonly isLive: boolean };

/** Builds of projections in the process. What a projection does is not undone when it fails. */
export class MemoryProjections implements ProjectionStore {
  private readonly all = new Map<string, Build>();
  /** Builds that take events right now, or go live. */
  private readonly busy = new Set<string>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  async begin(name: string, version: number): Promise<readonly StoredProjection[]> {
    const ofVersion = (): Build[] => this.of(name).filter((one) => one.version === version);
    if (ofVersion().length === 0) this.add(name, version);
    return ofVersion().map((one) => this.stored(one));
  }

  async rebuild(name: string, version: number): Promise<StoredProjection> {
    const underWay = this.of(name).find((one) => one.version === version && this.roleOf(one) === 'building');
    return this.stored(underWay ?? this.add(name, version));
  }

  async list(): Promise<readonly StoredProjection[]> {
    return [...this.all.values()].map((one) => this.stored(one));
  }

  advance(
    key: BuildKey,
    from: Checkpoint | undefined,
    to: Checkpoint,
    work: (tx: undefined) => Promise<void>,
  ): Promise<boolean> {
    return this.alone(
      key,
      (one) => one.status === 'running' && one.checkpoint === from,
      async () => {
        await work(undefined);
        this.set(key, { checkpoint: to });
        return true;
      },
    );
  }

  goLive(
    key: BuildKey,
    from: Checkpoint | undefined,
    work: Parameters<ProjectionStore['goLive']>[2],
  ): Promise<boolean> {
    const isReady = (one: Build): boolean =>
      one.status === 'running' && one.checkpoint === from && this.roleOf(one) === 'building';
    const live = this.of(key.name).find(({ isLive }) => isLive);
    const replace = (): Promise<boolean> => this.replace(key, isReady, work);
    // The live one does not move meanwhile.
    return live === undefined ? replace() : this.alone(live, () => true, replace);
  }

  private replace(
    key: BuildKey,
    isReady: (one: Build) => boolean,
    work: Parameters<ProjectionStore['goLive']>[2],
  ): Promise<boolean> {
    return this.alone(key, isReady, async (one) => {
      const older = this.of(key.name).filter(
        (other) => other.build < one.build && other.version === one.version,
      );
      const checkpoint = await work(
        undefined,
        older.map((other) => this.stored(other)),
      );
      for (const retired of older) this.all.delete(keyOf(retired));
      for (const other of this.of(key.name)) if (other.isLive) this.set(other, { isLive: false });
      this.set(key, { checkpoint, isLive: true });
      return true;
    });
  }

  async setStatus(
    key: BuildKey,
    { status, problem }: Parameters<ProjectionStore['setStatus']>[1],
    expected: Parameters<ProjectionStore['setStatus']>[2],
  ): Promise<boolean> {
    const found = this.all.get(keyOf(key));
    if (found === undefined) return false;
    if (expected.status !== undefined && expected.status !== found.status) return false;
    if ('checkpoint' in expected && expected.checkpoint !== found.checkpoint) return false;
    this.set(key, { status, problem });
    return true;
  }

  private async alone(
    key: BuildKey,
    isReady: (one: Build) => boolean,
    work: (one: Build) => Promise<boolean>,
  ): Promise<boolean> {
    const id = keyOf(key);
    const found = this.all.get(id);
    if (found === undefined || this.busy.has(id) || !isReady(found)) return false;
    this.busy.add(id);
    try {
      return await work(found);
    } finally {
      this.busy.delete(id);
    }
  }

  private add(name: string, version: number): Build {
    const begun: Build = {
      name,
      version,
      build: Math.max(0, ...this.of(name).map(({ build }) => build)) + 1,
      isLive: false,
      status: 'running',
      problem: undefined,
      checkpoint: undefined,
      changedAt: new Date(this.clock.now()),
    };
    this.all.set(keyOf(begun), begun);
    return begun;
  }

  private of(name: string): Build[] {
    return [...this.all.values()].filter((one) => one.name === name);
  }

  private roleOf(one: Build): BuildRole {
    if (one.isLive) return 'live';
    return this.of(one.name).some(({ isLive, build }) => isLive && build > one.build)
      ? 'replaced'
      : 'building';
  }

  private stored(one: Build): StoredProjection {
    const { isLive: _, ...stored } = one;
    return { ...stored, role: this.roleOf(one) };
  }

  private set(key: BuildKey, changed: Partial<Build>): void {
    const found = this.all.get(keyOf(key));
    if (found !== undefined)
      this.all.set(keyOf(key), { ...found, ...changed, changedAt: new Date(this.clock.now()) });
  }
}

function keyOf({ name, build }: BuildKey): string {
  return `${build}/${name}`;
}
