import { randomUUID } from 'node:crypto';
import type { LogSubscription } from '../ports/durable-log.js';
import type { LaneLog } from '../ports/lane-log.js';
import type { RecordStore, VersionedRecord } from '../ports/record-store.js';
import { SUBSCRIPTIONS, subscriptionKey } from './lane-keys.js';

/** Start of a subscription in a lane. */
export interface LaneStart {
  readonly identity: string;
  readonly position: number;
}

/** Registered subscription, with or without handlers. */
export interface RegisteredSubscription {
  readonly id: string;
  readonly kind: LogSubscription['kind'];
  readonly names: readonly string[];
  /** Unique id of this creation of the subscription. */
  readonly made: string;
  readonly starts: readonly LaneStart[];
}

/** Maximum tries of a compare-and-set. */
const MOST_TRIES = 16;

/** Register of the durable subscriptions of a namespace, in records. */
export class LaneRegister {
  constructor(
    private readonly records: RecordStore,
    private readonly log: LaneLog,
  ) {}

  async read(id: string): Promise<RegisteredSubscription | undefined> {
    const record = await this.records.read(subscriptionKey(id));
    return record && decode(record);
  }

  async list(): Promise<readonly RegisteredSubscription[]> {
    const records = await this.records.list(SUBSCRIPTIONS);
    return records.map(decode).filter((one) => one !== undefined);
  }

  /**
   * Creates a subscription, or adds names to it. Events stored after this resolves are kept for it. Other names stay, because nodes of
   * another version may handle them.
   */
  async make({
    id,
    kind,
    names,
    startFrom = 'new',
  }: Pick<LogSubscription, 'id' | 'kind' | 'names' | 'startFrom'>): Promise<RegisteredSubscription> {
    for (let attempt = 0; ; attempt++) {
      const record = await this.records.read(subscriptionKey(id));
      const before = record && decode(record);
      if (before !== undefined && names.every((name) => before.names.includes(name))) return before;
      const wanted = {
        id,
        kind,
        names: [...new Set([...(before?.names ?? []), ...names])],
        made: before?.made ?? randomUUID(),
        starts: before?.starts ?? (await this.starts(startFrom)),
      };
      const value = Buffer.from(JSON.stringify(wanted));
      const version = await this.records.write(subscriptionKey(id), value, record?.version ?? 0);
      if (version !== undefined || attempt === MOST_TRIES) return wanted;
    }
  }

  /**
   * Removes names without a handler. Resolves with the remaining subscription; undefined if it was dropped, or after too many conflicts.
   */
  async forget(id: string, names: readonly string[]): Promise<RegisteredSubscription | undefined> {
    const record = await this.records.read(subscriptionKey(id));
    const before = record && decode(record);
    if (record === undefined || before === undefined) return undefined;
    if (!names.some((name) => before.names.includes(name))) return before;
    const after = { ...before, names: before.names.filter((name) => !names.includes(name)) };
    const value = Buffer.from(JSON.stringify(after));
    const version = await this.records.write(record.key, value, record.version);
    return version === undefined ? undefined : after;
  }

  /**
   * Restores a subscription that the broker has lost: it begins with events stored since then. Resolves with the registered one, which
   * another node may have restored before.
   */
  async restore(subscription: RegisteredSubscription): Promise<RegisteredSubscription> {
    const value = Buffer.from(JSON.stringify(subscription));
    const version = await this.records.write(subscriptionKey(subscription.id), value, 0);
    return version === undefined ? ((await this.read(subscription.id)) ?? subscription) : subscription;
  }

  /** Drops a subscription. Resolves with whether it existed. */
  async drop(id: string): Promise<boolean> {
    for (;;) {
      const record = await this.records.read(subscriptionKey(id));
      if (record === undefined) return false;
      if (await this.records.remove(record.key, record.version)) return true;
    }
  }

  private starts(from: 'new' | 'beginning'): Promise<LaneStart[]> {
    const lanes = Array.from({ length: this.log.lanes }, (_, lane) => lane);
    return Promise.all(
      lanes.map(async (lane) => {
        const { identity, first, last } = await this.log.state(lane);
        return { identity, position: from === 'new' ? last + 1 : first };
      }),
    );
  }
}

function decode({ value }: VersionedRecord): RegisteredSubscription | undefined {
  try {
    return JSON.parse(Buffer.from(value).toString()) as RegisteredSubscription;
  } catch {
    return undefined;
  }
}
