import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { describeMessage } from '../contracts/message-type.js';
import { Command } from '../contracts/request.js';
import { CatgaError } from '../errors/catga-error.js';
import { timeoutError } from '../errors/message-errors.js';
import { MemoryIdempotencyStore } from '../memory/memory-idempotency-store.js';
import type { BriefMap } from '../ids/brief-map.js';
import { MessageEnvelope } from '../pipeline/message-envelope.js';
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

class Pay extends Command<string> {
  constructor(readonly amount = 1) {
    super();
  }
}

const limits = { maxPayloadBytes: 1000, maxHeaderBytes: 1000 };

describe('a recorded run', () => {
  let clock: TestClock;
  let store: MemoryIdempotencyStore;
  let timetable: Timetable;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryIdempotencyStore(() => clock.monotonicMs());
    timetable = new Timetable(clock);
  });

  /** One node's executions on the shared store. */
  function node() {
    const options = { ttlMs: 10_000, leaseMs: 300 };
    const codec = new Codec(json(), limits);
    const execution = new IdempotentExecution(
      store,
      options,
      new OutcomeCodec(codec, new ErrorCodec([])),
      new ErrorRules({}, []),
      timetable,
      new UntilTaken(timetable, () => {}),
    );
    return (
      execute: () => Promise<unknown>,
      cancellation = new Cancellation(() => {}),
      message = new Pay(),
    ) => {
      const type = describeMessage(Pay);
      const envelope = new MessageEnvelope(message, type, 'H', { messageId: 'id' }, () => 'unused');
      return execution.run(envelope, cancellation, execute);
    };
  }

  it('keeps its claim for as long as it takes', async () => {
    let finish = (_value: string): void => {};
    const run = node()(() => new Promise((resolve) => (finish = resolve)));
    await clock.advance(5000);
    await expect(store.claim('request~id', 'another content', 300)).resolves.toEqual({ state: 'mismatch' });
    const other = jest.fn(() => Promise.resolve('a second run'));
    const repetition = node()(other);
    await clock.advance(5000);
    finish('the first run');
    await expect(run).resolves.toBe('the first run');
    await clock.advance(2000);
    await expect(repetition).resolves.toBe('the first run');
    expect(other).not.toHaveBeenCalled();
    expect(timetable.size).toBe(0);
  });

  it('whose outcome is more than the store takes ends with that, each time, and is not repeated', async () => {
    const complete = store.complete.bind(store);
    jest
      .spyOn(store, 'complete')
      .mockImplementation((key, token, outcome, ttlMs) =>
        outcome.ok
          ? Promise.reject(new CatgaError('CATGA_PAYLOAD_TOO_LARGE', 'more than a broker takes'))
          : complete(key, token, outcome, ttlMs),
      );
    const effect = jest.fn(() => Promise.resolve('much'));
    for (let sent = 0; sent < 2; sent++) {
      await expect(node()(effect)).rejects.toMatchObject({ code: 'CATGA_PAYLOAD_TOO_LARGE' });
    }
    expect(effect).toHaveBeenCalledTimes(1);
  });

  it('whose claim lapsed and was taken over answers with what the other recorded', async () => {
    jest.spyOn(store, 'renew').mockRejectedValue(new Error('away')); // this node is cut off
    let finish = (_value: string): void => {};
    const cutOff = node()(() => new Promise((resolve) => (finish = resolve)));
    await clock.advance(400);
    await expect(node()(() => Promise.resolve('the second run'))).resolves.toBe('the second run');
    finish('the first run');
    await expect(cutOff).resolves.toBe('the second run');
  });

  it('asks less and less often while somebody else runs', async () => {
    const claim = await store.claim('request~id', 'print', 1_000_000);
    expect(claim.state).toBe('claimed');
    const asked: number[] = [];
    const original = store.claim.bind(store);
    jest.spyOn(store, 'claim').mockImplementation((key, _print, leaseMs) => {
      asked.push(clock.monotonicMs());
      return original(key, 'print', leaseMs);
    });
    const cancellation = new Cancellation(() => {});
    const run = node()(() => Promise.resolve('unreached'), cancellation);
    run.catch(() => {});
    await clock.advance(10_000);
    const pauses = asked.slice(1).map((time, i) => time - asked[i]!);
    expect(pauses.slice(0, 4)).toEqual([20, 40, 80, 160]);
    expect(Math.max(...pauses)).toBe(1000);
    expect(asked.length).toBeLessThan(20);
    cancellation.cancel(timeoutError('Pay', 10_000));
    await clock.advance(1000);
    await expect(run).rejects.toMatchObject({ code: 'CATGA_TIMEOUT' });
  });

  it('does not record a failure of Catga, such as overload, nor what came of a cancellation', async () => {
    const overloaded = new CatgaError('CATGA_OVERLOADED', 'full');
    await expect(node()(() => Promise.reject(overloaded))).rejects.toBe(overloaded);
    const cancellation = new Cancellation(() => {});
    const aborted = node()(() => {
      cancellation.cancel(timeoutError('Pay', 1));
      return Promise.reject(new Error('aborted'));
    }, cancellation);
    await expect(aborted).rejects.toThrow('aborted');
    await expect(node()(() => Promise.resolve('run'))).resolves.toBe('run');
  });

  it('records what failed otherwise, whatever was thrown', async () => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- handlers may throw anything
    await expect(node()(() => Promise.reject('just text'))).rejects.toMatchObject({ message: 'just text' });
    const again = jest.fn(() => Promise.resolve('run'));
    await expect(node()(again)).rejects.toMatchObject({ message: 'just text' });
    expect(again).not.toHaveBeenCalled();
  });

  it('does not mark the id before the run: one that died is run again when its lease lapses', async () => {
    jest.spyOn(store, 'renew').mockRejectedValue(new Error('away'));
    void node()(() => new Promise(() => {})); // the node dies here
    await clock.advance(299);
    const next = node()(() => Promise.resolve('run'));
    await clock.advance(100);
    await expect(next).resolves.toBe('run');
  });

  it('compares contents and not short hashes of them', async () => {
    await node()(() => Promise.resolve('run'));
    for (const amount of [2, 3, -1, 0.1]) {
      await expect(node()(() => Promise.resolve(''), undefined, new Pay(amount))).rejects.toMatchObject({
        code: 'CATGA_IDEMPOTENCY_MISMATCH',
        details: { messageId: 'id', name: 'Pay' },
      });
    }
  });

  it('leaves nothing behind on its node', async () => {
    const codec = new Codec(json(), limits);
    const options = { ttlMs: 1000, leaseMs: 300 };
    const execution = new IdempotentExecution(
      store,
      options,
      new OutcomeCodec(codec, new ErrorCodec([])),
      new ErrorRules({}, []),
      timetable,
      new UntilTaken(timetable, () => {}),
    );
    const type = describeMessage(Pay);
    await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => {
        const envelope = new MessageEnvelope(new Pay(), type, 'H', { messageId: `id${i % 10}` }, () => '');
        const outcome = (): Promise<unknown> => (i % 2 ? Promise.resolve(i) : Promise.reject(new Error('x')));
        return execution.run(envelope, new Cancellation(() => {}), outcome);
      }),
    );
    const { running } = execution as unknown as { running: BriefMap<object> };
    for (let i = 0; i < 10; i++) expect(running.get(`request~id${i}`)).toBeUndefined();
    expect(timetable.size).toBe(0);
  });
});
