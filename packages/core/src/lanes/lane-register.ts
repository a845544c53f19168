import { randomUUID } from 'node:crypto';
import type { LogSubscription } from '../ports/durable-log.js';
import type { LaneLog } from '../ports/lane-log.js';
import type { RecordStore, VersionedRecord } from '../ports/record-store.js';
import { SUBSCRIPTIONS, subscriptionKey } from './lane-keys.js';

/** Where a subscription begins in a lane. */
export interface LaneStart {
  readonly identity: string;
  readonly position: number;
}

/** What is remembered of a subscription whether somebody handles it or not. */
export interface RegisteredSubscription {
  readonly id: string;
  readonly kind: LogSubscription['kind'];
  readonly names: readonly string[];
  /** Of which making: a text that no other one has. */
  readonly made: string;
  readonly starts: readonly LaneStart[];
}

/** Tries of a compare-and-set before others are to blame. */
const MOST_TRIES = 16;

/** The durable subscriptions of a namespace, as records. */
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
   * Makes a subscription, or adds names to it. What is stored from when this resolves is kept for it. A name that is not wanted stays:
   * nodes of another version may handle it.
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

  /** Takes names away that no node handles any more. Resolves with what is left; undefined if others change it, or have dropped it. */
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
   * Makes a subscription again that the broker has forgotten, as it was: it begins with what the broker has stored since.
   * Resolves with how it is known now; another node may have made it before.
   */
  async restore(subscription: RegisteredSubscription): Promise<RegisteredSubscription> {
    const value = Buffer.from(JSON.stringify(subscription));
    const version = await this.records.write(subscriptionKey(subscription.id), value, 0);
    return version === undefined ? ((await this.read(subscription.id)) ?? subscription) : subscription;
  }

  /** Resolves with whether there was one. */
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
