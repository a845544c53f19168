import { deepEqual, equal, rejects } from 'node:assert';
import type { CatgaErrorCode } from '@catga/core';
import { TestClock } from '@catga/core/engine';
import type { Checkpoint, EventStore, NewEvent, RecordedEvent } from '@catga/event-sourcing';
import type { EventStoreHarness, EventStoreUnderTest } from './event-store-harness.js';

/** A case of the suite; its name states a behavior. */
export interface EventStoreCase {
  readonly name: string;
  readonly run: (trial: EventStoreTrial) => Promise<void>;
}

/** The storage of one case, and the stores opened on it. */
export class EventStoreTrial {
  private readonly stores: EventStore[] = [];

  private constructor(
    private readonly underTest: EventStoreUnderTest,
    readonly sideBySide: number,
  ) {}

  /** Runs a case on an empty storage, and releases it. */
  static async run(harness: EventStoreHarness, run: EventStoreCase['run']): Promise<void> {
    const trial = new EventStoreTrial(await harness.create(), harness.sideBySide ?? 1000);
    try {
      await run(trial);
    } finally {
      for (const store of trial.stores) await store.close?.();
      await trial.underTest.stop?.();
    }
  }

  async open(namespace = 'catga'): Promise<EventStore> {
    const store = await this.underTest.storage.open({
      namespace,
      clock: new TestClock(),
      resolve: (token) => {
        throw new TypeError(`The suite has no provider ${String(token)}.`);
      },
    });
    this.stores.push(store);
    return store;
  }
}

/** An event to append. */
export function event(name: string, facts: Partial<NewEvent> = {}): NewEvent {
  return { name, body: Buffer.from(`{"of":"${name}"}`), serializer: 'json', headers: {}, ...facts };
}

export function events(count: number, name = 'e'): NewEvent[] {
  return Array.from({ length: count }, (_, at) => event(`${name}${at + 1}`));
}

/** All events of a stream. */
export async function streamOf(store: EventStore, stream: string, from?: number): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const recorded of store.read(stream, from)) all.push(recorded);
  return all;
}

/** `version name` of each event of a stream. */
export async function textOf(store: EventStore, stream: string, from?: number): Promise<string[]> {
  return (await streamOf(store, stream, from)).map(({ version, name }) => `${version} ${name}`);
}

/** All events after a checkpoint, page by page. */
export async function allAfter(
  store: EventStore,
  after: Checkpoint | undefined,
  limit: number,
): Promise<{ readonly events: readonly RecordedEvent[]; readonly next: Checkpoint }> {
  const all: RecordedEvent[] = [];
  for (let from = after; ;) {
    const page = await store.readAll(from, limit);
    equal(page.events.length <= limit, true);
    all.push(...page.events);
    from = page.next;
    if (page.events.length === 0) return { events: all, next: page.next };
  }
}

/** `stream@version` of each event. */
export function placesOf(all: readonly RecordedEvent[]): string[] {
  return all.map(({ stream, version }) => `${stream}@${version}`);
}

/** Compares content across realms, of which test frameworks have several. */
export function same(actual: unknown, expected: unknown): void {
  deepEqual(actual, expected);
}

export async function refused(work: Promise<unknown>, code: CatgaErrorCode): Promise<void> {
  await rejects(work, (thrown: { readonly code?: unknown }) => {
    equal(thrown.code, code);
    return true;
  });
}
