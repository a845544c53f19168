import type {
  Outbox,
  OutboxEntry,
  OutboxLimits,
  OutboxMessage,
  OutboxState,
  OutboxStore,
} from '@catga/core/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { storedMessage } from '../stored-message.js';
import type { OutboxHarness, OutboxUnderTest } from './outbox-harness.js';

const failure = {
  error: { name: 'CatgaError', message: 'too large', code: 'CATGA_PAYLOAD_TOO_LARGE' },
  attempts: 1,
  nodeId: 'raw',
  failedAt: new Date(1000),
};

/** Outbox port: storage of messages while the engine is away. */
export function outboxStore(harness: OutboxHarness): void {
  const waiting = (messageId: string, bytes = 2): OutboxMessage => ({
    message: storedMessage({ messageId, body: new Uint8Array(bytes) }),
  });

  describe('the store', () => {
    const inUse: OutboxUnderTest[] = [];
    const stores: OutboxStore[] = [];

    afterEach(async () => {
      await Promise.all(stores.splice(0).map((store) => store.close()));
      for (const underTest of inUse.splice(0)) await underTest.stop?.();
    });

    async function create(limits: Partial<OutboxLimits> = {}): Promise<Outbox> {
      const underTest = await harness.createOutbox(limits);
      inUse.push(underTest);
      return underTest.outbox;
    }

    async function open(outbox: Outbox, namespace = 'catga'): Promise<OutboxStore> {
      const store = await outbox.open({ namespace, nodeId: 'raw' });
      stores.push(store);
      return store;
    }

    const createStore = async (limits?: Partial<OutboxLimits>): Promise<OutboxStore> =>
      open(await create(limits));

    async function idsOf(store: OutboxStore, state: OutboxState = 'waiting', limit = 100): Promise<string[]> {
      return (await store.list(state, limit)).map(({ message }) => message.messageId);
    }

    async function entry(store: OutboxStore, messageId: string): Promise<OutboxEntry> {
      const all = [...(await store.list('waiting', 100)), ...(await store.list('parked', 100))];
      const found = all.find(({ message }) => message.messageId === messageId);
      if (found === undefined) throw new Error(`${messageId} is not in the store.`);
      return found;
    }

    it('says what it promises', async () => {
      expect((await create()).capabilities).toEqual(harness.capabilities);
    });

    it('gives back what it was given, byte by byte', async () => {
      const store = await createStore();
      const message = storedMessage({
        messageId: 'a',
        name: 'orders.placed.v1 ✓',
        kind: 'command',
        body: Uint8Array.from({ length: 256 }, (_, byte) => byte),
        headers: { tenant: 'blå', empty: '' },
        key: 'o1',
        causationId: 'cause',
        sentAtMs: 1_735_689_600_123,
        history: [failure],
      });
      await store.add([{ message, delayMs: 5 }]);
      const [kept] = await store.list('waiting', 1);
      expect(kept).toMatchObject({ delayMs: 5, message: { ...message, body: expect.anything() as unknown } });
      expect([...kept!.message.body]).toEqual([...message.body]);
      expect(kept!.failure).toBeUndefined();
    });

    it('keeps the order in which messages were added, those of one call and those of calls that overlap', async () => {
      const store = await createStore();
      const expected = Array.from({ length: 60 }, (_, i) => `m${i}`);
      const adding: Promise<void>[] = [];
      for (let i = 0; i < 60; i += 3) adding.push(store.add([0, 1, 2].map((j) => waiting(`m${i + j}`))));
      await Promise.all(adding);
      await expect(idsOf(store)).resolves.toEqual(expected);
    });

    it('lists as many as are wanted, from the oldest or from behind one', async () => {
      const store = await createStore();
      await store.add(['a', 'b', 'c', 'd'].map((id) => waiting(id)));
      await expect(idsOf(store, 'waiting', 2)).resolves.toEqual(['a', 'b']);
      const { id } = await entry(store, 'b');
      await store.remove([id]);
      const behind = await store.list('waiting', 1, id);
      expect(behind.map(({ message }) => message.messageId)).toEqual(['c']);
      await expect(store.list('parked', 10)).resolves.toEqual([]);
    });

    it('forgets what is removed, and nothing else, however often it is told', async () => {
      const store = await createStore();
      await store.add(['a', 'b', 'c'].map((id) => waiting(id)));
      const { id } = await entry(store, 'b');
      await store.remove([id]);
      await store.remove([id]);
      await expect(idsOf(store)).resolves.toEqual(['a', 'c']);
      await expect(store.count()).resolves.toEqual({ waiting: 2, parked: 0 });
    });

    it('keeps two messages of one id: the engine tells repetitions, not the outbox', async () => {
      const store = await createStore();
      await store.add([waiting('a')]);
      await store.add([waiting('a')]);
      await expect(idsOf(store)).resolves.toEqual(['a', 'a']);
    });

    it('sets a message aside with the reason, in its order, until it is removed', async () => {
      const store = await createStore();
      await store.add(['a', 'b', 'c'].map((id) => waiting(id)));
      await store.park((await entry(store, 'c')).id, failure);
      const { id } = await entry(store, 'b');
      await store.park(id, failure);
      await store.park(id, failure);
      await expect(idsOf(store)).resolves.toEqual(['a']);
      await expect(store.list('parked', 10)).resolves.toMatchObject([
        { message: { messageId: 'b' }, failure },
        { message: { messageId: 'c' }, failure },
      ]);
      await expect(store.count()).resolves.toEqual({ waiting: 1, parked: 2 });
      await store.remove([id]);
      await store.park(id, failure);
      await expect(idsOf(store, 'parked')).resolves.toEqual(['c']);
    });

    it('refuses what is more than it holds, all or nothing, and has room again for what was removed', async () => {
      const store = await createStore({ maxMessages: 3 });
      await store.add([waiting('a'), waiting('b')]);
      await expect(store.add([waiting('c'), waiting('d')])).rejects.toMatchObject({
        code: 'CATGA_OVERLOADED',
      });
      await expect(idsOf(store)).resolves.toEqual(['a', 'b']);
      await store.add([waiting('e')]);
      await store.park((await entry(store, 'a')).id, failure);
      await expect(store.add([waiting('f')])).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
      await store.remove([(await entry(store, 'a')).id]);
      await store.add([waiting('g')]);
      await expect(idsOf(store)).resolves.toEqual(['b', 'e', 'g']);
    });

    it('refuses more bytes than it holds', async () => {
      const store = await createStore({ maxBytes: 100 });
      await store.add([waiting('a', 60)]);
      await expect(store.add([waiting('b', 41)])).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
      await store.add([waiting('c', 40)]);
      await store.remove([(await entry(store, 'a')).id]);
      await store.add([waiting('d', 60)]);
      await expect(idsOf(store)).resolves.toEqual(['c', 'd']);
    });

    it('has everything when it is opened again, within its limits, and adds behind it', async () => {
      const outbox = await create({ maxMessages: 4 });
      const before = await open(outbox);
      await before.add(['a', 'b', 'c', 'd'].map((id) => waiting(id)));
      await before.park((await entry(before, 'a')).id, failure);
      await before.remove([(await entry(before, 'd')).id]);
      await before.close();
      await before.close();
      const store = await open(outbox);
      await store.add([waiting('e')]);
      await expect(store.add([waiting('f')])).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
      await expect(idsOf(store)).resolves.toEqual(['b', 'c', 'e']);
      await expect(store.list('parked', 10)).resolves.toMatchObject([
        { message: { messageId: 'a' }, failure },
      ]);
    });

    it('shows a namespace nothing of another', async () => {
      const outbox = await create();
      const blue = await open(outbox, 'blue');
      await blue.add([waiting('a')]);
      await blue.close();
      const green = await open(outbox, 'green');
      await expect(green.count()).resolves.toEqual({ waiting: 0, parked: 0 });
      await green.add([waiting('b')]);
      await green.close();
      await expect(idsOf(await open(outbox, 'blue'))).resolves.toEqual(['a']);
    });
  });
}
