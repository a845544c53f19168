import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '@catga/core/engine';
import { HeaderBlock } from '../connection/header-block.js';
import type { PublishTarget, StoredReceipt } from './pending-publish.js';
import { FakeSession } from '../testing/fake-session.fixture.js';
import { StreamPublisher } from './stream-publisher.js';

/** A broker that answers when it is told to. */
class FakeBroker extends FakeSession {
  made = 0;

  readonly target: PublishTarget = {
    make: () => {
      this.made++;
      return Promise.resolve();
    },
  };
}

const TIMEOUT_MS = 1000;
const STORED = { stream: 'catga_events', seq: 1 };

describe('a publisher to streams', () => {
  let broker: FakeBroker;
  let clock: TestClock;
  let publisher: StreamPublisher;
  const publish = (subject = 's'): Promise<StoredReceipt> =>
    publisher.publish({
      target: broker.target,
      subject,
      payload: new Uint8Array(),
      headers: new HeaderBlock(),
    });
  const settled = (): Promise<unknown> => clock.advance(0);

  beforeEach(() => {
    broker = new FakeBroker();
    clock = new TestClock();
    const options = {
      maxPendingAcks: 2,
      timeoutMs: TIMEOUT_MS,
      inboxPrefix: undefined,
    };
    publisher = new StreamPublisher(broker.asSession, clock, options);
  });

  it('matches acknowledgements by their number, in whatever order they come', async () => {
    const one = publish('one');
    const other = publish('other');
    await settled();
    expect(broker.asked.map(({ subject }) => subject)).toEqual(['one', 'other']);
    broker.answer(1, { ...STORED, duplicate: true });
    broker.answer(0, STORED);
    await expect(one).resolves.toMatchObject({ isDuplicate: false });
    await expect(other).resolves.toMatchObject({ isDuplicate: true });
  });

  it('sends no more at a time than it may, and the others in their order', async () => {
    const all = ['a', 'b', 'c', 'd'].map((subject) => publish(subject));
    await settled();
    const first = publish('e');
    await settled();
    for (let index = 0; index < 5; index++) broker.answer(index, STORED);
    await Promise.all([...all, first]);
    expect(broker.asked.map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('refuses as overloaded what waited for its turn too long', async () => {
    const stored = publish();
    await settled();
    broker.answer(0, STORED);
    await stored;
    const outcomes = Promise.allSettled([publish('a'), publish('b'), publish('c')]);
    expect(broker.asked).toHaveLength(3);
    await clock.advance(TIMEOUT_MS + TIMEOUT_MS / 10);
    await expect(outcomes).resolves.toMatchObject([
      { reason: { code: 'CATGA_ENGINE_UNAVAILABLE' } },
      { reason: { code: 'CATGA_ENGINE_UNAVAILABLE' } },
      { reason: { code: 'CATGA_OVERLOADED', retryable: true, details: { maxPendingAcks: 2 } } },
    ]);
    broker.answer(1, STORED); // Too late: nobody waits for it, and it is nobody else's.
  });

  it('makes the stream that nobody answers for, and sends again', async () => {
    const stored = publish();
    await settled();
    broker.answer(0, {}, 503);
    await clock.advance(100);
    expect(broker.made).toBe(2);
    broker.answer(1, STORED);
    await expect(stored).resolves.toMatchObject({ isDuplicate: false });
  });

  it('sends again what had no acknowledgement when the broker went away', async () => {
    const stored = publish();
    await settled();
    broker.comeBack();
    await settled();
    expect(broker.asked).toHaveLength(2);
    broker.answer(0, STORED);
    broker.answer(1, { ...STORED, duplicate: true }); // of itself
    await expect(stored).resolves.toMatchObject({ isDuplicate: false });
  });

  it('sends again, in order, what a server that chooses a leader has dropped without a word', async () => {
    const options = { maxPendingAcks: 8, timeoutMs: 20_000, inboxPrefix: undefined };
    publisher = new StreamPublisher(broker.asSession, clock, options);
    const all = [publish('a'), publish('b')];
    await settled();
    await clock.advance(4000);
    expect(broker.asked.map(({ subject }) => subject)).toEqual(['a', 'b', 'a', 'b']);
    broker.answer(2, { ...STORED, duplicate: true });
    broker.answer(3, STORED);
    await expect(Promise.all(all)).resolves.toMatchObject([{ isDuplicate: false }, { isDuplicate: false }]);
  });

  it('sends in the order of the calls, what went away with the broker and what came while it was away', async () => {
    const all = [publish('a'), publish('b'), publish('c')]; // The third waits for its turn.
    await settled();
    broker.goAway();
    all.push(publish('d'), publish('e'));
    await settled();
    expect(broker.asked.map(({ subject }) => subject)).toEqual(['a', 'b']);
    broker.comeBack();
    await settled();
    for (let index = 2; index < 7; index++) {
      broker.answer(index, { ...STORED, duplicate: index < 4 });
      await settled();
    }
    expect(broker.asked.slice(2).map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'd', 'e']);
    await expect(Promise.all(all)).resolves.toMatchObject(all.map(() => ({ isDuplicate: false })));
  });

  it('keeps no more than it may while the broker is away', async () => {
    broker.goAway();
    const outcomes = Promise.allSettled(['a', 'b', 'c', 'd'].map((subject) => publish(subject)));
    broker.comeBack();
    await settled();
    broker.answer(0, STORED);
    broker.answer(1, STORED);
    await settled();
    broker.answer(2, STORED);
    await expect(outcomes).resolves.toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { reason: { code: 'CATGA_ENGINE_UNAVAILABLE' } },
    ]);
  });

  it.each([
    [10_077, 'CATGA_OVERLOADED'],
    [10_047, 'CATGA_OVERLOADED'],
    [10_054, 'CATGA_PAYLOAD_TOO_LARGE'],
    [10_039, 'CATGA_UNSUPPORTED'],
    [1, 'CATGA_ENGINE_UNAVAILABLE'],
  ])('tells the refusal %s of JetStream as %s', async (code, expected) => {
    const refused = publish();
    await settled();
    broker.answer(0, { error: { err_code: code, description: 'no' } });
    await expect(refused).rejects.toMatchObject({ code: expected });
  });

  it('refuses what was underway when it is closed', async () => {
    const outcomes = Promise.allSettled([publish(), publish(), publish()]);
    await settled();
    const late = Promise.allSettled([publish()]);
    publisher.close();
    const refusal = { reason: { code: 'CATGA_ENGINE_UNAVAILABLE' } };
    await expect(outcomes).resolves.toMatchObject([refusal, refusal, refusal]);
    await expect(late).resolves.toMatchObject([refusal]);
  });
});
