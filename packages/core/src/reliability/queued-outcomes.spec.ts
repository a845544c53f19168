import { beforeEach, describe, expect, it } from '@jest/globals';
import { CatgaError } from '../errors/catga-error.js';
import { joinedKey } from '../ids/joined-key.js';
import { MemoryIdempotencyStore } from '../memory/memory-idempotency-store.js';
import type { IdempotencyStore } from '../ports/idempotency-store.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { Codec } from '../wire/codec.js';
import { ErrorCodec } from '../wire/error-codec.js';
import { json } from '../wire/json-serializer.js';
import { OutcomeCodec } from './outcome-codec.js';
import { UntilTaken } from './until-taken.js';
import { QueuedOutcomes } from './queued-outcomes.js';

const LEASE_MS = 300;
const TTL_MS = 10_000;
const command = { name: 'Pay', messageId: 'm1' };

describe('outcomes of queued commands', () => {
  let clock: TestClock;
  let store: IdempotencyStore;
  let looks: number[];
  let isAway: boolean;
  let outcomes: QueuedOutcomes;

  beforeEach(() => {
    clock = new TestClock();
    looks = [];
    isAway = false;
    const shared = new MemoryIdempotencyStore(() => clock.monotonicMs());
    store = {
      claim: (...asked) => shared.claim(...asked),
      renew: (...asked) => shared.renew(...asked),
      complete: (...asked) => shared.complete(...asked),
      release: (...asked) => shared.release(...asked),
      find: (...asked) => {
        looks.push(clock.monotonicMs());
        if (isAway) return Promise.reject(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'away'));
        return shared.find(...asked);
      },
    };
    const codec = new Codec(json(), { maxPayloadBytes: 1000, maxHeaderBytes: 1000 });
    const options = { ttlMs: TTL_MS, leaseMs: LEASE_MS };
    const timetable = new Timetable(clock);
    outcomes = new QueuedOutcomes(
      store,
      options,
      new OutcomeCodec(codec, new ErrorCodec([])),
      timetable,
      new UntilTaken(timetable, () => {}),
    );
  });

  it('are looked for less and less often, also while the broker is away', async () => {
    isAway = true;
    const awaited = outcomes.await(command, () => true);
    await clock.advance(1300);
    const pauses = looks.slice(1).map((atMs, index) => atMs - looks[index]!);
    expect(pauses).toEqual([20, 40, 80, 160, 320, 640]);
    isAway = false;
    await outcomes.record(command, { ok: true, value: 'paid' });
    await clock.advance(2000);
    await expect(awaited).resolves.toEqual({ ok: true, value: 'paid' });
    const last = looks.length;
    await clock.advance(10_000);
    expect(looks).toHaveLength(last);
  });

  it('are looked for no more once nobody waits', async () => {
    let isAwaited = true;
    const awaited = outcomes.await(command, () => isAwaited);
    await clock.advance(100);
    isAwaited = false;
    await clock.advance(10_000);
    await expect(awaited).resolves.toBeUndefined();
  });

  it('stay what was recorded first, and are forgotten after their time', async () => {
    await outcomes.record(command, { ok: true, value: 1 });
    await outcomes.record(command, { ok: true, value: 2 });
    await expect(outcomes.find(command)).resolves.toEqual({ ok: true, value: 1 });
    await expect(outcomes.find({ ...command, name: 'Refund' })).resolves.toBeUndefined();
    await clock.advance(TTL_MS);
    await expect(outcomes.find(command)).resolves.toBeUndefined();
  });

  it('are recorded after all where a node died while it was at it', async () => {
    await store.claim(joinedKey('queued', command.name, command.messageId), command.name, LEASE_MS);
    const recorded = outcomes.record(command, { ok: true, value: 'paid' });
    await clock.advance(2 * LEASE_MS);
    await recorded;
    await expect(outcomes.find(command)).resolves.toEqual({ ok: true, value: 'paid' });
  });

  it('that are too large are that error', async () => {
    await outcomes.record(command, { ok: true, value: 'x'.repeat(2000) });
    await expect(outcomes.find(command)).resolves.toMatchObject({
      ok: false,
      error: { code: 'CATGA_PAYLOAD_TOO_LARGE' },
    });
  });

  it('that the engine refuses as too large are that error', async () => {
    const { complete } = store;
    let tries = 0;
    store.complete = (...asked) =>
      tries++ === 0
        ? Promise.reject(new CatgaError('CATGA_PAYLOAD_TOO_LARGE', 'too large'))
        : complete(...asked);
    await outcomes.record(command, { ok: true, value: 'paid' });
    await expect(outcomes.find(command)).resolves.toMatchObject({
      ok: false,
      error: { code: 'CATGA_PAYLOAD_TOO_LARGE' },
    });
  });
});
