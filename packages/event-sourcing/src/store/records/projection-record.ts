import type { BuildRole, Checkpoint, ProjectionStatus, StoredProjection } from '../event-store.js';

/** Stored record of a build. */
export interface RecordedBuild {
  readonly build: number;
  readonly version: number;
  readonly isLive: boolean;
  readonly status: ProjectionStatus;
  readonly problem?: string | undefined;
  readonly checkpoint?: Checkpoint | undefined;
  readonly changedAtMs: number;
  /** Token of the process that works on it. */
  readonly claim?: string | undefined;
}

/** All builds of a projection, in one record, so that a change of several is one write. */
export type RecordedBuilds = readonly RecordedBuild[];

interface ProjectionRecord {
  readonly name: string;
  readonly builds: RecordedBuilds;
}

export function decodeProjection(value: Uint8Array): ProjectionRecord {
  return JSON.parse(Buffer.from(value).toString()) as ProjectionRecord;
}

export function encodeProjection(record: ProjectionRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

export function roleOf({ isLive, build }: RecordedBuild, all: RecordedBuilds): BuildRole {
  if (isLive) return 'live';
  return all.some((other) => other.isLive && other.build > build) ? 'replaced' : 'building';
}

export function storedBuild(name: string, one: RecordedBuild, all: RecordedBuilds): StoredProjection {
  const { build, version, status, problem, checkpoint, changedAtMs } = one;
  return {
    name,
    build,
    version,
    role: roleOf(one, all),
    status,
    problem,
    checkpoint,
    changedAt: new Date(changedAtMs),
  };
}
