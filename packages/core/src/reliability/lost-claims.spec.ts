import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { describeMessage } from '../contracts/message-type.js';
import { Command } from '../contracts/request.js';
import { MemoryIdempotencyStore } from '../memory/memory-idempotency-store.js';
import { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { IdempotencyStore } from '../ports/idempotency-store.js';
import { Cancellation } from '../time/cancellation.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { Codec } from '../wire/codec.js';
import { ErrorCodec } from '../wire/error-codec.js';
import { json } from '../wire/json-serializer.js';
import { ErrorRules } from './error-rules.js';
import { IdempotentExecution } from './idempotent-execution.js';
import { OutcomeCodec } from './outcome-codec.js';
import { UntilTaken } from './until-taken.js';

class Pay extends Command<string> {}

const LEASE_MS = 300;

describe('a recorded run that loses its claim', () => {
  let clock: TestClock;
  let timetable: Timetable;
  let shared: MemoryIdempotencyStore;
  /** Whether the first node reaches the store. */
  let isReached: boolean;
  let finish: (value: string) => void;

  beforeEach(() => {
    clock = new TestClock();
    timetable = new Timetable(clock);
    isReached = true;
    forget();
  });

  /** As a broker does that comes back without its store. */
  function forget(): void {
    shared = new MemoryIdempotencyStore(() => clock.monotonicMs());
  }

  function node(
    execute: (signal: AbortSignal) => Promise<unknown>,
    isHere = (): boolean => true,
  ): Promise<unknown> {
    const ask = <T>(question: () => Promise<T>): Promise<T> =>
      isHere() ? question() : Promise.reject(new Error('away'));
    const store: IdempotencyStore = {
      claim: (...asked) => ask(() => shared.claim(...asked)),
      renew: (...asked) => ask(() => shared.renew(...asked)),
      complete: (...asked) => ask(() => shared.complete(...asked)),
      release: (...asked) => ask(() => shared.release(...asked)),
      find: (...asked) => ask(() => shared.find(...asked)),
    };
    const codec = new Codec(json(), { maxPayloadBytes: 1000, maxHeaderBytes: 1000 });
    const options = { ttlMs: 10_000, leaseMs: LEASE_MS };
    const execution = new IdempotentExecution(
      store,
      options,
      new OutcomeCodec(codec, new ErrorCodec([])),
      new ErrorRules({}, []),
      timetable,
      new UntilTaken(timetable, () => {}),
    );
    const envelope = new MessageEnvelope(new Pay(), describeMessage(Pay), 'H', { messageId: 'id' }, () => '');
    const cancellation = new Cancellation(() => {});
    return execution.run(envelope, cancellation, () => execute(cancellation.signal));
  }

  const untilFinished = (): Promise<string> => new Promise((resolve) => (finish = resolve));
  const another = jest.fn(() => Promise.resolve('another run'));
  beforeEach(() => void another.mockClear());

  it('because the store forgot it claims its id again, and nobody runs it beside', async () => {
    const run = node(untilFinished);
    await clock.advance(1);
    forget();
    await clock.advance(LEASE_MS);
    const repeat = node(another);
    await clock.advance(5 * LEASE_MS);
    finish('the first run');
    await expect(run).resolves.toBe('the first run');
    await clock.advance(1000);
    await expect(repeat).resolves.toBe('the first run');
    expect(another).not.toHaveBeenCalled();
  });

  it('because the store forgot it just before it ended is recorded anew, and not run again', async () => {
    let runs = 0;
    const run = node(() => {
      runs++;
      return untilFinished();
    });
    await clock.advance(1);
    forget();
    finish('the first run');
    await expect(run).resolves.toBe('the first run');
    await expect(node(another)).resolves.toBe('the first run');
    expect(runs).toBe(1);
    expect(another).not.toHaveBeenCalled();
    expect(timetable.size).toBe(0);
  });

  it('because it stood still is told by its signal, and answers with what the other recorded', async () => {
    let signal: AbortSignal | undefined;
    const stalled = node(
      async (itsSignal) => {
        signal = itsSignal;
        await untilFinished();
        itsSignal.throwIfAborted();
        return 'the first run';
      },
      () => isReached,
    );
    await clock.advance(1);
    isReached = false;
    await clock.advance(LEASE_MS);
    await expect(node(another)).resolves.toBe('another run');
    expect(signal?.aborted).toBe(false);
    isReached = true;
    await clock.advance(LEASE_MS);
    expect(signal?.reason).toMatchObject({ code: 'CATGA_CANCELLED', details: { messageId: 'id' } });
    finish('');
    await expect(stalled).resolves.toBe('another run');
  });

  it('and does not look at its signal changes nothing of what the other recorded', async () => {
    const stalled = node(untilFinished, () => isReached);
    await clock.advance(1);
    isReached = false;
    await clock.advance(LEASE_MS);
    await expect(node(another)).resolves.toBe('another run');
    isReached = true;
    finish('the first run');
    await expect(stalled).resolves.toBe('another run');
    await expect(node(untilFinished)).resolves.toBe('another run');
  });
});
