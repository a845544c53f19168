import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FailureReport } from '../contracts/error-report.js';
import { describeMessage } from '../contracts/message-type.js';
import { ReliableEvent } from '../contracts/message.js';
import type { StoredDeadLetter } from '../ports/dead-letter-store.js';
import type { LogDelivery } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import { MessageEnvelope } from '../pipeline/message-envelope.js';
import { Codec } from '../wire/codec.js';
import { json } from '../wire/json-serializer.js';
import { toStoredMessage } from '../wire/message-codec.js';
import { CatgaErrorSink } from './failure-sink.js';
import { KEEP_OUTCOME } from './kept-outcome.js';
import { REPLY_TO } from './reply-to.js';
import { DeliveryHandler } from './delivery-handler.js';
import { DeliveryRecords } from './delivery-records.js';
import type { RecordingEngine } from './delivery-records.js';
import { CatgaError } from '../errors/catga-error.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { UntilTaken } from './until-taken.js';
import { ErrorRules } from './error-rules.js';

@ReliableEvent({ qos: 2 })
class Paid {
  readonly amount = 1;
}

const type = describeMessage(Paid);
const codec = new Codec(json(), { maxPayloadBytes: 1000, maxHeaderBytes: 1000 });
const stored = toStoredMessage(codec, type, new Paid(), {
  messageId: 'm1',
  headers: {},
  key: undefined,
  correlationId: 'm1',
  causationId: undefined,
  originNodeId: 'n',
  sentAtMs: 0,
});

describe('the consumer of a durable subscription', () => {
  let trace: string[];
  let reports: FailureReport[];
  let letters: StoredDeadLetter[];
  let handle: () => Promise<unknown>;
  let isStopping: boolean;
  let inboxAdd: () => Promise<void>;
  let keepOutcome: () => Promise<void>;
  let acknowledge: () => Promise<void>;
  let seen: unknown[];
  let clock: TestClock;
  let writes: UntilTaken;

  beforeEach(() => {
    trace = [];
    reports = [];
    letters = [];
    handle = () => Promise.resolve();
    isStopping = false;
    inboxAdd = () => Promise.resolve();
    keepOutcome = () => Promise.resolve();
    acknowledge = () => Promise.resolve();
    seen = [];
    clock = new TestClock();
    writes = new UntilTaken(new Timetable(clock), () => void trace.push('away'));
  });

  function consumerOf(): DeliveryHandler {
    const failures = new CatgaErrorSink({ debug() {}, log() {}, warn() {}, error() {} });
    failures.subscribe((report) => void reports.push(report));
    return new DeliveryHandler(
      {
        id: 'shop.Books',
        holdsKeys: false,
        retry: { maxAttempts: 3, initialDelayMs: 100, maxDelayMs: 1000, multiplier: 2, jitter: false },
        typeOf: (name) => (name === 'Paid' ? type : undefined),
        envelope: (of, message, attributes) =>
          new MessageEnvelope(message, of, 'shop.Books', attributes, () => ''),
        async handle({ headers }) {
          seen.push(headers);
          trace.push('handle');
          return handle();
        },
      },
      { nodeId: 'n1', clock: { now: () => 5000 }, isOpen: !isStopping, hasGivenUp: isStopping },
      { enter() {}, leave() {}, beginWork() {}, endWork() {} },
      codec,
      failures,
      new ErrorRules({}, []),
      new DeliveryRecords(engine(), writes, 500, 700, {
        async send(command, end) {
          if (command.headers[REPLY_TO] === undefined) return;
          const what = end.ok
            ? String(end.value)
            : `${end.error.message}, ${end.isRefusal ? 'refused' : 'dead'}`;
          trace.push(`reply of ${command.name}: ${what}`);
        },
      }),
    );
  }

  function engine(): RecordingEngine {
    return {
      outcomes: () => ({
        async record({ name, messageId }, end) {
          trace.push(`outcome of ${name} ${messageId}: ${end.ok ? String(end.value) : end.error.message}`);
          return keepOutcome();
        },
        hasSucceeded: () => Promise.resolve(trace.includes('outcome recorded before')),
        find: () => {
          const error = new Error('no money');
          return Promise.resolve(
            trace.includes('refusal recorded before') ? { ok: false, error } : undefined,
          );
        },
      }),
      connected: () => ({
        inbox: {
          has: () => Promise.resolve(trace.includes('recorded before')),
          async add(subscription, { name, messageId }, ttlMs) {
            trace.push(`record ${subscription} ${name} ${messageId} ${ttlMs}`);
            return inboxAdd();
          },
        },
        deadLetters: {
          async put(letter, ttlMs) {
            trace.push(`bury ${ttlMs}`);
            letters.push(letter);
          },
          get: () => Promise.reject(new Error('unused')),
          list: () => Promise.reject(new Error('unused')),
          keys: () => Promise.reject(new Error('unused')),
          remove: () => Promise.reject(new Error('unused')),
        },
      }),
    };
  }

  async function consume(
    attempt = 1,
    message: LogMessage = stored,
    consumer: DeliveryHandler = consumerOf(),
  ): Promise<string[]> {
    await consumer.consume(deliveryOf(attempt, message));
    return trace;
  }

  function deliveryOf(attempt: number, message: LogMessage, isRecordedWhenDone = false): LogDelivery {
    return {
      message,
      attempt,
      isRecordedWhenDone,
      ack: async (isConfirmed) => {
        await acknowledge();
        trace.push(isConfirmed === true ? 'ack, confirmed' : 'ack');
      },
      nak: async (delayMs) => void trace.push(`nak ${delayMs}`),
      release: async () => void trace.push('release'),
    };
  }

  it('acknowledges only after the handler succeeded and the success was recorded', async () => {
    await expect(consume()).resolves.toEqual(['handle', 'record shop.Books Paid m1 500', 'ack, confirmed']);
  });

  it('does not run a handler whose success was recorded', async () => {
    trace.push('recorded before');
    await expect(consume()).resolves.toEqual(['recorded before', 'ack, confirmed']);
  });

  it('gives a failed message back, later each time, and records no success', async () => {
    handle = () => Promise.reject(new Error('no'));
    await expect(consume(1)).resolves.toEqual(['handle', 'nak 100']);
    trace = [];
    await expect(consume(2)).resolves.toEqual(['handle', 'nak 200']);
    expect(reports.map(({ attempt, disposition }) => `${attempt} ${disposition}`)).toEqual([
      '1 retried',
      '2 retried',
    ]);
  });

  it('buries a message before it acknowledges it: it is in the log or in the dead letters, never in neither', async () => {
    handle = () => Promise.reject(new Error('no'));
    await expect(consume(3)).resolves.toEqual(['handle', 'bury 700', 'ack']);
    expect(letters).toMatchObject([
      { id: 'Paid~m1~shop.Books~1', failure: { attempts: 3, nodeId: 'n1', failedAt: new Date(5000) } },
    ]);
    expect(JSON.stringify(letters)).not.toContain('stack');
  });

  it('handles an event once whose lane was lost and came back while it is handled', async () => {
    const consumer = consumerOf();
    let end = (): void => {};
    handle = () => new Promise<void>((resolve) => (end = resolve));
    const lost = deliveryOf(1, stored, true);
    const first = consumer.consume(lost);
    lost.handledBy?.lost(new CatgaError('CATGA_CANCELLED', 'Another node has it.'));
    const again = consumer.consume(deliveryOf(1, stored, true));
    end();
    await Promise.all([first, again]);
    expect(trace).toEqual(['handle', 'ack, confirmed', 'ack, confirmed']);
  });

  it('gives a message back untouched if its node has to stop: that is not its fault', async () => {
    isStopping = true;
    handle = () => Promise.reject(new Error('aborted'));
    await expect(consume(3)).resolves.toEqual(['handle', 'release']);
    expect(reports).toEqual([]);
  });

  it('never rejects: what it cannot settle is reported and comes back', async () => {
    inboxAdd = () => Promise.reject(new Error('the engine is away'));
    await expect(consume()).resolves.toEqual(['handle', 'record shop.Books Paid m1 500', 'release']);
    expect(reports).toMatchObject([
      { source: 'shop.Books', error: { message: 'the engine is away' }, disposition: 'retried' },
    ]);
  });

  describe('while the engine is away', () => {
    let isAway: boolean;
    const ask = (): Promise<void> =>
      isAway
        ? Promise.reject(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker is away.'))
        : Promise.resolve();
    beforeEach(() => {
      isAway = true;
      inboxAdd = ask;
      acknowledge = ask;
    });

    it('keeps a success and records it when the engine is back; the handler does not run again', async () => {
      const consumed = consume();
      await clock.advance(60_000);
      expect(trace.filter((step) => step === 'handle')).toHaveLength(1);
      expect(trace).not.toContain('ack, confirmed');
      isAway = false;
      await clock.advance(2000);
      await consumed;
      expect(trace.at(-1)).toBe('ack, confirmed');
      expect(trace.filter((step) => step === 'handle' || step.startsWith('nak'))).toEqual(['handle']);
      expect(reports).toEqual([]);
    });

    it('lets a message that comes again wait for the record, and does not handle it', async () => {
      const consumer = consumerOf();
      const first = consume(1, stored, consumer);
      await clock.advance(0);
      const again = consume(4, stored, consumer);
      await clock.advance(60_000);
      isAway = false;
      await clock.advance(2000);
      await Promise.all([first, again]);
      expect(trace.filter((step) => step === 'handle' || step.startsWith('bury'))).toEqual(['handle']);
      expect(trace.filter((step) => step === 'ack, confirmed')).toHaveLength(2);
    });

    it('gives the message back uncounted if its node has to stop first', async () => {
      const consumed = consume();
      await clock.advance(60_000);
      writes.giveUp();
      await consumed;
      expect(trace.at(-1)).toBe('release');
    });

    it('buries nobody whose success is recorded, however often the message came', async () => {
      isAway = false;
      trace.push('recorded before');
      await expect(consume(4)).resolves.toEqual(['recorded before', 'ack, confirmed']);
    });
  });

  describe('of a command whose outcome is kept', () => {
    const queued = { ...stored, kind: 'command' as const, headers: { [KEEP_OUTCOME]: '1', tenant: 'a' } };

    it('records it before the success and the acknowledgement, so that it comes again if it cannot', async () => {
      handle = () => Promise.resolve('paid');
      const recorded = [
        'handle',
        'outcome of Paid m1: paid',
        'record shop.Books Paid m1 500',
        'ack, confirmed',
      ];
      await expect(consume(1, queued)).resolves.toEqual(recorded);
      trace = [];
      keepOutcome = () => Promise.reject(new Error('the engine is away'));
      await expect(consume(1, queued)).resolves.toEqual(['handle', 'outcome of Paid m1: paid', 'release']);
    });

    it('acknowledges one that comes again after it was recorded as a success', async () => {
      const plain = { ...queued, qos: 1 as const };
      trace.push('outcome recorded before');
      await expect(consume(4, plain)).resolves.toEqual(['outcome recorded before', 'ack, confirmed']);
    });

    it('records the error of the last attempt, of no other', async () => {
      handle = () => Promise.reject(new Error('no'));
      await expect(consume(2, queued)).resolves.toEqual(['handle', 'nak 200']);
      trace = [];
      const buried = ['handle', 'bury 700', 'outcome of Paid m1: no', 'ack'];
      await expect(consume(3, queued)).resolves.toEqual(buried);
    });

    it('records nothing for an event that bears the mark, and shows it to no handler', async () => {
      await expect(consume(1, { ...queued, kind: 'event' })).resolves.not.toContain(
        'outcome of Paid m1: undefined',
      );
      expect(seen).toEqual([{ tenant: 'a' }]);
    });
  });

  describe('of a command whose outcome is replied', () => {
    const asked = {
      ...stored,
      kind: 'command' as const,
      headers: { [REPLY_TO]: '["sagas","o1"]', tenant: 'a' },
    };

    it('replies before the success is recorded and acknowledged, and shows the address to no handler', async () => {
      handle = () => Promise.resolve('paid');
      const replied = ['handle', 'reply of Paid: paid', 'record shop.Books Paid m1 500', 'ack, confirmed'];
      await expect(consume(1, asked)).resolves.toEqual(replied);
      expect(seen).toEqual([{ tenant: 'a' }]);
    });

    it('replies an error that is an outcome at once: no other attempt, and no dead letter', async () => {
      handle = () => Promise.reject(new Error('no money'));
      const refused = ['handle', 'outcome of Paid m1: no money', 'reply of Paid: no money, refused', 'ack'];
      await expect(consume(1, asked)).resolves.toEqual(refused);
      expect(reports).toEqual([]);
    });

    it('replies a refusal that was recorded again, and does not run the handler, which might not refuse', async () => {
      trace.push('refusal recorded before');
      await expect(consume(2, asked)).resolves.toEqual([
        'refusal recorded before',
        'reply of Paid: no money, refused',
        'ack, confirmed',
      ]);
    });

    it('retries any other error, and replies that of the dead letter, which may have had an effect', async () => {
      handle = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
      await expect(consume(1, asked)).resolves.toEqual(['handle', 'nak 100']);
      trace = [];
      await expect(consume(3, asked)).resolves.toEqual([
        'handle',
        'bury 700',
        'reply of Paid: away, dead',
        'ack',
      ]);
    });

    it('replies nothing for an event that bears the address', async () => {
      await expect(consume(1, { ...asked, kind: 'event' })).resolves.toEqual([
        'handle',
        'record shop.Books Paid m1 500',
        'ack, confirmed',
      ]);
    });
  });

  it('survives a handler that throws what is no error', async () => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- handlers may throw anything
    handle = jest.fn(() => Promise.reject(undefined));
    await expect(consume()).resolves.toEqual(['handle', 'nak 100']);
    expect(reports[0]!.error).toBeInstanceOf(Error);
  });
});
