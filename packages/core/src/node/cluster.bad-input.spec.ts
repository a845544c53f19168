import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SendOptions } from '../contracts/send-options.js';
import { anyText } from '../errors/any-text.fixture.js';
import { toError } from '../errors/catga-error.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { NodeAddress, NodeLinks } from '../ports/links.js';
import { anyRecord } from '../wire/frame-arbitraries.fixture.js';
import { FrameWriter } from '../wire/frame-writer.js';
import { writeFrame, writeRecord } from '../wire/frame.fixture.js';
import type { AnyRecord } from '../wire/frame.fixture.js';
import type { CatgaNode } from './catga-node.js';
import { CartViewed, PlaceOrder, TestCluster } from './cluster.fixture.js';
import { OverheardEngine } from './overheard-engine.fixture.js';
import { LogBook } from './log-book.fixture.js';

let cluster: TestCluster;
let engine: OverheardEngine;
let log: LogBook;
let orders: CatgaNode;
let gateway: CatgaNode;
let intruder: NodeLinks;
let viewed: number;
let unhandled: unknown[];
const onUnhandled = (thrown: unknown): void => void unhandled.push(thrown);

beforeEach(async () => {
  unhandled = [];
  process.on('unhandledRejection', onUnhandled);
  viewed = 0;
  log = new LogBook();
  cluster = new TestCluster(new MemoryNetwork());
  engine = new OverheardEngine(cluster.network);
  gateway = cluster.node('gateway', { engine });
  orders = cluster
    .node('orders', {}, { logger: log })
    .handleRequest(PlaceOrder, (command) => (command as PlaceOrder).sku)
    .handleEvent(CartViewed, () => void viewed++);
  await cluster.start(gateway, orders);
  const connection = await cluster.network.connect({
    namespace: 'catga',
    nodeId: 'intruder',
    clock: cluster.clock,
    heartbeatTimeoutMs: 60_000,
  });
  const self = { nodeId: 'intruder', incarnation: 1 };
  intruder = await connection.openLinks!(self, { received() {}, unreachable() {} });
});
afterEach(async () => {
  await cluster.stop();
  process.off('unhandledRejection', onUnhandled);
});

/** The node is as well as before. */
async function expectGoingOn(): Promise<void> {
  await cluster.turns();
  const sent = gateway.mediator.send(new PlaceOrder('tea'));
  await cluster.pass(1000); // Frames are held back for a moment while many before them are unacknowledged.
  await expect(sent).resolves.toBe('tea');
  expect(unhandled).toEqual([]);
}

function frameFrom(sender: NodeAddress, records: readonly AnyRecord[], sequence: number): Uint8Array {
  return writeFrame(records, { sender, receiver: orders.mediator.self, sequence });
}

const refusals = (): number => orders.failures.failures.get('links') ?? 0;

describe('what anybody may write to the inbox of a node', () => {
  it('is refused and counted if it is no frame, and one line in ten seconds is logged of it', async () => {
    const junk = fc.sample(fc.uint8Array({ maxLength: 300 }), 2000);
    for (const bytes of junk) intruder.send(orders.mediator.self, bytes);
    await expectGoingOn();
    expect(refusals()).toBe(2000);
    expect(log.errors.length).toBeLessThanOrEqual(2);
    await cluster.clock.advance(10_000);
    intruder.send(orders.mediator.self, Buffer.from('junk'));
    await cluster.turns();
    expect(log.errors.at(-1)).toMatch(/links failed: CATGA_SERIALIZATION .* \(and \d+ more before it\)/);
  });

  it('is counted as an event that cannot be read, and one line in ten seconds is logged of it', async () => {
    const facts = { messageId: 'm1', body: Buffer.from('{') };
    const to = { toServiceHandlers: true, toNodeHandlers: true };
    const bad: AnyRecord = { kind: 'event', name: 'CartViewed', ...to, ...facts };
    const sender = { nodeId: 'intruder', incarnation: 1 };
    for (let sequence = 1; sequence <= 500; sequence++)
      intruder.send(orders.mediator.self, frameFrom(sender, [bad], sequence));
    await expectGoingOn();
    expect(orders.failures.failures.get('CartViewed')).toBe(500);
    expect(log.errors).toHaveLength(1);
  });

  it('does no harm as a frame of any records, whole or damaged', async () => {
    const named = anyRecord.map((record) =>
      record.kind === 'request'
        ? { ...record, name: 'PlaceOrder' }
        : record.kind === 'event'
          ? { ...record, name: 'CartViewed' }
          : record,
    );
    const records = fc.array(fc.oneof(anyRecord, named), { maxLength: 5 });
    let sequence = 0;
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.array(fc.nat(), { maxLength: 3 }),
        fc.nat({ max: 40 }),
        async (all, bits, cut) => {
          const frame = frameFrom({ nodeId: 'intruder', incarnation: 1 }, all, ++sequence);
          for (const bit of bits) {
            const index = (bit >>> 3) % frame.length;
            frame[index] = (frame[index] ?? 0) ^ (1 << (bit & 7));
          }
          intruder.send(
            orders.mediator.self,
            cut > 20 ? frame.subarray(0, frame.length - (cut - 20)) : frame,
          );
          await cluster.turns();
        },
      ),
      { numRuns: 100 },
    );
    await expectGoingOn();
    await cluster.pass(60_000); // Until what was asked has run out of time.
    await expectGoingOn();
  });

  it('does no harm as two frames spliced', async () => {
    let sequence = 0;
    const frames = fc.array(anyRecord, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(frames, frames, fc.nat(), fc.nat(), async (one, other, from, to) => {
        const sender = { nodeId: 'intruder', incarnation: 1 };
        const [head, tail] = [frameFrom(sender, one, ++sequence), frameFrom(sender, other, ++sequence)];
        const spliced = Buffer.concat([
          head.subarray(0, from % head.length),
          tail.subarray(to % tail.length),
        ]);
        intruder.send(orders.mediator.self, spliced);
        await cluster.turns();
      }),
      { numRuns: 100 },
    );
    await expectGoingOn();
  });

  it('cannot pass itself off as what no node is called', async () => {
    for (const nodeId of ['', 'a.b', '*', '>', 'a b\r\nPUB x 1\r\n', 'x'.repeat(65)]) {
      intruder.send(
        orders.mediator.self,
        frameFrom({ nodeId, incarnation: 1 }, [{ kind: 'cancel', correlation: 1 }], 1),
      );
    }
    await expectGoingOn();
    expect(refusals()).toBe(6);
    expect(log.errors.join()).not.toMatch(/[\r\n]PUB/);
  });

  it('cannot write lines of its own into the log by the name of a node or a serializer', async () => {
    const writer = new FrameWriter('x\nERROR', { nodeId: 'a\nFATAL', incarnation: 1 }, orders.mediator.self);
    intruder.send(orders.mediator.self, writer.finish(1, 0));
    await cluster.turns();
    expect(log.errors).toEqual([expect.stringContaining("Node a?FATAL uses the serializer 'x?ERROR'")]);
  });

  it('is not remembered for more senders than might exist, while those that do exist are', async () => {
    const event: AnyRecord = {
      kind: 'event',
      name: 'CartViewed',
      toServiceHandlers: true,
      toNodeHandlers: false,
      body: Buffer.from('{"sku":"tea"}'),
    };
    const sendAs = (nodeId: string): void =>
      intruder.send(orders.mediator.self, frameFrom({ nodeId, incarnation: 1 }, [event], 1));
    for (let times = 0; times < 3; times++) sendAs('made-up');
    await cluster.turns();
    expect(viewed).toBe(1); // Its frame is remembered, and a repetition has no effect.
    await gateway.mediator.send(new PlaceOrder('tea'));
    for (let index = 0; index < 300; index++) sendAs(`made-up-${index}`);
    await cluster.turns();
    sendAs('made-up');
    await cluster.turns();
    expect(viewed).toBe(302); // It was forgotten for the others.
    await expectGoingOn();
  });
});

describe('what answers a request', () => {
  it.each([
    ['no encoded error', 1, '7'],
    ['an error without a name', 1, '{"type":"error","message":"x"}'],
    ['an error whose message is no text', 1, '{"type":"error","name":"E","message":{}}'],
    ['a result that is no object', 0, '7'],
    ['a result that cannot be decoded', 0, '{'],
    ['a refusal that is no error', 3, 'null'],
  ] as const)('is refused as %s, and its caller is told', async (_, status, body) => {
    const writer = new FrameWriter('json', orders.mediator.self, gateway.mediator.self);
    cluster.network.cut('orders', 'gateway');
    const sent = gateway.mediator.trySend(new PlaceOrder('tea'));
    await cluster.turns();
    cluster.network.heal();
    const [correlation] = engine.correlations;
    writeRecord(writer, { kind: 'reply', correlation: correlation!, status, body: Buffer.from(body) });
    intruder.send(gateway.mediator.self, writer.finish(1000, 0));
    await cluster.turns();
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_SERIALIZATION' } });
    expect(unhandled).toEqual([]);
  });
});

describe('what a caller may say of a message', () => {
  it('is taken or refused with a code, whatever it is', async () => {
    const anything = fc.oneof(anyText(), fc.anything());
    const headers = fc.option(fc.dictionary(anyText(), anything), { nil: undefined });
    const said = fc.record(
      { headers, messageId: anything, key: anyText(), timeoutMs: fc.double() },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(said, async (options) => {
        const sent = gateway.mediator.trySend(new PlaceOrder('tea'), options as SendOptions);
        const published = gateway.mediator
          .publish(new CartViewed('tea'), options as SendOptions)
          .catch(toError);
        await cluster.turns();
        await cluster.pass(1000);
        for (const error of [(await sent) as { readonly error?: Error }, { error: await published }]) {
          if (error.error !== undefined)
            expect(error.error).toMatchObject({ code: expect.stringMatching(/^CATGA_/) as unknown });
        }
      }),
      { numRuns: 100 },
    );
    await expectGoingOn();
  });
});
