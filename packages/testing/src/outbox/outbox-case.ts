import { deepEqual } from 'node:assert';
import type {
  HandlerTransactions,
  OutboxClient,
  OutboxEntry,
  OutboxLimits,
  OutboxMessage,
  OutboxState,
  OutboxStore,
  StoredMessage,
  TransactionalOutboxStore,
} from '@catga/core/outbox';
import type { OutboxHarness, OutboxUnderTest } from './outbox-harness.js';

/** One case of the suite: `it(name, run)`. Rejects with an `AssertionError`. */
export interface OutboxCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** The outbox of one case, and the stores opened on it. */
export class OutboxTrial {
  /** Messages that stores reported as committed, with their entries. */
  readonly committed: { readonly id: string; readonly entry: OutboxEntry }[] = [];
  private readonly stores: OutboxStore[] = [];

  private constructor(private readonly underTest: OutboxUnderTest) {}

  /** Runs a case on an empty outbox, and releases it. */
  static async run(
    harness: OutboxHarness,
    limits: Partial<OutboxLimits>,
    test: (trial: OutboxTrial) => Promise<void>,
  ): Promise<void> {
    const trial = await OutboxTrial.begin(harness, limits);
    try {
      await test(trial);
    } finally {
      await trial.end();
    }
  }

  /** An empty outbox, to be ended. */
  static async begin(harness: OutboxHarness, limits: Partial<OutboxLimits> = {}): Promise<OutboxTrial> {
    return new OutboxTrial(await harness.createOutbox(limits));
  }

  /** Releases the outbox. */
  async end(): Promise<void> {
    await Promise.all(this.stores.map((store) => store.close()));
    await this.underTest.stop?.();
  }

  get capabilities(): OutboxUnderTest['outbox']['capabilities'] {
    return this.underTest.outbox.capabilities;
  }

  async open(namespace = 'catga'): Promise<OutboxStore> {
    const client: OutboxClient = {
      namespace,
      nodeId: 'raw',
      committed: (entries) =>
        this.committed.push(...entries.map((entry) => ({ id: entry.message.messageId, entry }))),
      known: () => [],
      resolve: (token) => {
        throw new TypeError(`The suite has no provider ${String(token)}.`);
      },
    };
    const store = await this.underTest.outbox.open(client);
    this.stores.push(store);
    return store;
  }

  async openTransactional(): Promise<TransactionalOutboxStore & HandlerTransactions> {
    return (await this.open()) as TransactionalOutboxStore & HandlerTransactions;
  }

  transaction<T>(work: (transaction: unknown) => Promise<T>): Promise<T> {
    if (this.underTest.run === undefined) throw new TypeError('A transactional outbox needs `run`.');
    return this.underTest.run(work);
  }

  async idsOf(store: OutboxStore, state: OutboxState = 'waiting', limit = 100): Promise<string[]> {
    return (await store.list(state, limit)).map(({ message }) => message.messageId);
  }

  async entry(store: OutboxStore, messageId: string): Promise<OutboxEntry> {
    const all = [...(await store.list('waiting', 100)), ...(await store.list('parked', 100))];
    const found = all.find(({ message }) => message.messageId === messageId);
    if (found === undefined) throw new Error(`${messageId} is not in the store.`);
    return found;
  }
}

/** Compares content across realms, of which test frameworks have several. */
export function sameContent(actual: unknown, expected: unknown): void {
  deepEqual(actual, expected);
}

/** A message to store. */
export function waiting(messageId: string, facts: Partial<StoredMessage> = {}): OutboxMessage {
  return {
    message: {
      messageId,
      name: 'orders.placed.v1',
      kind: 'event',
      body: new Uint8Array(2),
      serializer: 'json',
      headers: {},
      key: undefined,
      correlationId: messageId,
      causationId: undefined,
      originNodeId: 'raw',
      sentAtMs: 0,
      history: [],
      ...facts,
    },
  };
}

export const failure = {
  error: { name: 'CatgaError', message: 'too large', code: 'CATGA_PAYLOAD_TOO_LARGE' },
  attempts: 1,
  nodeId: 'raw',
  failedAt: new Date(1000),
};
