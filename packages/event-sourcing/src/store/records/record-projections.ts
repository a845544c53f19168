import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CatgaError } from '@catga/nestjs';
import type { Clock, RecordStore } from '@catga/core/engine';
import type { BuildKey, Checkpoint, ProjectionStore, StoredProjection } from '../event-store.js';
import { BuildClaims } from './build-claims.js';
import { decodeProjection, encodeProjection, roleOf, storedBuild } from './projection-record.js';
import type { RecordedBuild, RecordedBuilds } from './projection-record.js';
import { recordKey } from './record-key.js';

/** Attempts at a change, and the maximum pause between them, in milliseconds. */
const MAX_TRIES = 40;
const MAX_PAUSE_MS = 50;
/** Longest text of a problem that is stored. */
const MAX_PROBLEM = 4000;

/** Returns the new builds; undefined for no change. */
type Change = (builds: RecordedBuilds) => RecordedBuilds | undefined;

/** Builds claimed by this process. */
interface Claimed {
  readonly token: string;
  readonly own: RecordedBuild;
}

/**
 * Builds of projections in records. Effects come first, then the progress, by compare-and-set: if the process dies in between, the events
 * are handled again. A claim keeps other nodes from handling the same events meanwhile.
 */
export class RecordProjections implements ProjectionStore {
  private readonly claims: BuildClaims;

  constructor(
    private readonly place: { readonly records: RecordStore },
    private readonly clock: Pick<Clock, 'now' | 'monotonicMs'>,
  ) {
    this.claims = new BuildClaims(clock);
  }

  async begin(name: string, version: number): Promise<readonly StoredProjection[]> {
    const ofVersion = (builds: RecordedBuilds): RecordedBuilds =>
      builds.filter((one) => one.version === version);
    const all = await this.change(name, (builds) =>
      ofVersion(builds).length > 0 ? undefined : this.withBuild(builds, version),
    );
    return ofVersion(all).map((one) => storedBuild(name, one, all));
  }

  async rebuild(name: string, version: number): Promise<StoredProjection> {
    for (;;) {
      const all = await this.change(name, (builds) =>
        underWay(builds, version) === undefined ? this.withBuild(builds, version) : undefined,
      );
      const found = underWay(all, version);
      if (found !== undefined) return storedBuild(name, found, all);
    }
  }

  async list(): Promise<readonly StoredProjection[]> {
    const found = await this.place.records.list(`${recordKey('projection')}/`);
    return found.flatMap(({ value }) => {
      const { name, builds } = decodeProjection(value);
      return builds.map((one) => storedBuild(name, one, builds));
    });
  }

  async advance(
    key: BuildKey,
    from: Checkpoint | undefined,
    to: Checkpoint,
    work: (tx: undefined) => Promise<void>,
  ): Promise<boolean> {
    const claimed = await this.claim(key, from, (own) => [own]);
    if (claimed === undefined) return false;
    return this.finish(key, claimed, async () => {
      await work(undefined);
      return (builds) => builds.map((one) => (one.build === key.build ? this.moved(one, to) : one));
    });
  }

  /** Claims the live build, too, so that it does not move. */
  async goLive(
    key: BuildKey,
    from: Checkpoint | undefined,
    work: Parameters<ProjectionStore['goLive']>[2],
  ): Promise<boolean> {
    const claimed = await this.claim(key, from, (own, builds) =>
      roleOf(own, builds) === 'building' ? [own, ...builds.filter(({ isLive }) => isLive)] : [],
    );
    if (claimed === undefined) return false;
    return this.finish(key, claimed, async () => {
      const { own } = claimed;
      const checkpoint = await work(undefined);
      return (builds) =>
        builds
          .filter((one) => one.version !== own.version || one.build >= own.build)
          .map((one) =>
            one.build === own.build
              ? { ...this.moved(one, checkpoint), isLive: true }
              : { ...one, isLive: false },
          );
    });
  }

  async setStatus(
    key: BuildKey,
    { status, problem }: Parameters<ProjectionStore['setStatus']>[1],
    expected: Parameters<ProjectionStore['setStatus']>[2],
  ): Promise<boolean> {
    let isSet = false;
    await this.change(key.name, (builds) => {
      const found = builds.find(({ build }) => build === key.build);
      isSet =
        found !== undefined &&
        (expected.status === undefined || expected.status === found.status) &&
        (!('checkpoint' in expected) || expected.checkpoint === found.checkpoint);
      if (!isSet) return undefined;
      const changedAtMs = this.clock.now();
      return builds.map((one) =>
        one.build === key.build
          ? { ...one, status, problem: problem?.slice(0, MAX_PROBLEM), changedAtMs }
          : one,
      );
    });
    return isSet;
  }

  /** Claims the builds that `wanted` returns; undefined if it returns none, or one is held. */
  private async claim(
    { name, build }: BuildKey,
    from: Checkpoint | undefined,
    wanted: (own: RecordedBuild, builds: RecordedBuilds) => RecordedBuilds,
  ): Promise<Claimed | undefined> {
    const { records } = this.place;
    const found = await records.read(keyOf(name));
    if (found === undefined) return undefined;
    const { builds } = decodeProjection(found.value);
    const own = builds.find((one) => one.build === build);
    if (own === undefined || own.status !== 'running' || own.checkpoint !== from) return undefined;
    const targets = wanted(own, builds);
    if (targets.length === 0 || targets.some(({ claim }) => this.claims.isHeld(claim))) return undefined;
    const token = randomUUID();
    const claimed = builds.map((one) => (targets.includes(one) ? { ...one, claim: token } : one));
    const value = encodeProjection({ name, builds: claimed });
    this.claims.take(token);
    try {
      if ((await records.write(found.key, value, found.version)) !== undefined) return { token, own };
    } catch (thrown) {
      this.claims.leave(token);
      throw thrown;
    }
    this.claims.leave(token);
    return undefined;
  }

  /** Runs the work and records its result, unless the claim was taken over. */
  private async finish(
    { name, build }: BuildKey,
    { token }: Claimed,
    work: () => Promise<(builds: RecordedBuilds) => RecordedBuilds>,
  ): Promise<boolean> {
    const isOurs = (builds: RecordedBuilds): boolean =>
      builds.some((one) => one.build === build && one.claim === token);
    const released = (builds: RecordedBuilds): RecordedBuilds =>
      builds.map((one) => (one.claim === token ? { ...one, claim: undefined } : one));
    try {
      const outcome = await work();
      let isDone = false;
      await this.change(name, (builds) => {
        isDone = isOurs(builds);
        return isDone ? released(outcome(builds)) : undefined;
      });
      return isDone;
    } catch (thrown) {
      await this.change(name, (builds) => (isOurs(builds) ? released(builds) : undefined)).catch(() => {});
      throw thrown;
    } finally {
      this.claims.leave(token);
    }
  }

  /** Changes the stored builds by compare-and-set, with retries. Resolves with the result. `CATGA_CONFLICT` */
  // At random, so that those who met do not meet again. ~>         // Random, so that the same writers do not conflict again.
  private async change(name: string, change: Change): Promise<RecordedBuilds> {
    const { records } = this.place;
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const found = await records.read(keyOf(name));
      const builds = found === undefined ? [] : decodeProjection(found.value).builds;
      const changed = change(builds);
      if (changed === undefined) return builds;
      const value = encodeProjection({ name, builds: changed });
      if ((await records.write(keyOf(name), value, found?.version ?? 0)) !== undefined) return changed;
      // At random, so that those who met do not meet again.
      if (attempt > 1) await pause(Math.random() * Math.min(MAX_PAUSE_MS, attempt));
    }
    throw new CatgaError(
      'CATGA_CONFLICT',
      `The progress of the projection '${name}' had too many conflicting writes.`,
      {
        details: { name },
      },
    );
  }

  private withBuild(builds: RecordedBuilds, version: number): RecordedBuilds {
    const build = Math.max(0, ...builds.map((one) => one.build)) + 1;
    return [...builds, { build, version, isLive: false, status: 'running', changedAtMs: this.clock.now() }];
  }

  private moved(one: RecordedBuild, checkpoint: Checkpoint | undefined): RecordedBuild {
    return { ...one, checkpoint, changedAtMs: this.clock.now() };
  }
}

function keyOf(name: string): string {
  return recordKey('projection', name);
}

function underWay(builds: RecordedBuilds, version: number): RecordedBuild | undefined {
  return builds.find((one) => one.version === version && roleOf(one, builds) === 'building');
}
