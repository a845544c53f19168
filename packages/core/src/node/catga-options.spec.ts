import { describe, expect, it } from '@jest/globals';
import { AdminClient } from '../admin/admin-client.js';
import { ListProjections } from '../admin/projection-messages.js';
import { ListSchedules } from '../admin/saga-messages.js';
import type { Behavior } from '../contracts/behavior.js';
import { ReliableEvent } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import type { CatgaError } from '../errors/catga-error.js';
import { memory } from '../memory/memory-engine.js';
import { memoryOutbox } from '../memory/memory-outbox.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { CatgaOptions } from '../options/catga-options.js';
import type { MessageTracer } from '../ports/message-tracer.js';
import type { Outbox } from '../ports/outbox-store.js';
import type { Serializer } from '../ports/serializer.js';
import { json } from '../wire/json-serializer.js';
import { CatgaNode } from './catga-node.js';
import { TestCluster } from './cluster.fixture.js';
import { startWithOutbox } from './outbox.fixture.js';
import { whileNobodyAnswers } from './silent-cluster.fixture.js';
import { Gate, startNode } from './running-node.fixture.js';

/** The options that are groups of others. */
type Group =
  | 'admin'
  | 'heartbeat'
  | 'request'
  | 'concurrency'
  | 'retry'
  | 'idempotency'
  | 'outcomes'
  | 'deadLetters'
  | 'limits'
  | 'health'
  | 'shutdown';
/** Every option by its path. Adding one without a proof of its effect does not compile. */
type OptionPath =
  | Exclude<keyof CatgaOptions, Group>
  | { [G in Group]: `${G}.${keyof NonNullable<CatgaOptions[G]> & string}` }[Group];

class Buy extends Command<string> {}
class Count extends Command<string> {}
@ReliableEvent()
class Bought {}

/** When a handler that always fails was called, in milliseconds since the first call. */
async function attemptsWith(retry: CatgaOptions['retry'], passMs = 10_000): Promise<number[]> {
  const times: number[] = [];
  const { node, clock } = await startNode(
    (it) =>
      it.handleEvent(Bought, () => {
        times.push(clock.monotonicMs());
        throw new Error('always');
      }),
    { retry: { jitter: false, ...retry } },
  );
  await node.mediator.publish(new Bought());
  await clock.advance(passMs);
  return times.map((time) => time - times[0]!);
}

class Refused extends Error {}

/** Asks a node that was told not to answer, and another one. */
async function answersNothing(
  admin: CatgaOptions['admin'],
  ask: (client: AdminClient, tool: CatgaNode) => Promise<unknown>,
): Promise<void> {
  for (const option of [admin, {}]) {
    const cluster = new TestCluster(new MemoryNetwork());
    const [node, tool] = [cluster.node('node', { admin: option }), cluster.node('tool', { role: 'tool' })];
    node.answerTools('sagas', ListSchedules, () => []).answerTools('projections', ListProjections, () => []);
    await cluster.start(node, tool);
    const answer = ask(new AdminClient(tool.mediator), tool).then(
      () => 'answered',
      ({ code }: CatgaError) => code,
    );
    await cluster.turns();
    await expect(answer).resolves.toBe(option === admin ? 'CATGA_NO_HANDLER' : 'answered');
    await cluster.stop();
  }
}

/** How often a handler that throws an error runs when its command is sent twice with one id. */
async function runsWith(outcomes: CatgaOptions['outcomes'], error: Error): Promise<number> {
  let runs = 0;
  const { node } = await startNode(
    (it) =>
      it.handleRequest(Buy, () => {
        runs++;
        throw error;
      }),
    { outcomes },
  );
  for (const _ of [1, 2]) await node.mediator.trySend(new Buy(), { messageId: 'k' });
  return runs;
}

const never = (): Promise<never> => new Promise(() => {});

const effects: Readonly<Record<OptionPath, () => Promise<void>>> = {
  async engine() {
    const { node: one } = await startNode((it) => it.handleRequest(Buy, () => 'first'), { engine: memory() });
    expect(one.options.engine.name).toBe('memory');
    const engine = memory();
    const first = new CatgaNode({ engine }).handleRequest(Buy, () => 'first');
    await first.init();
    await first.mediator.send(new Buy(), { messageId: 'k' });
    await first.stop();
    const second = new CatgaNode({ engine }).handleRequest(Buy, () => 'second');
    await second.init();
    await expect(second.mediator.send(new Buy(), { messageId: 'k' })).resolves.toBe('first');
    await second.stop();
  },
  async service() {
    const { node } = await startNode(
      (it) => it.handleEvent(Bought, () => Promise.reject(new Error('no')), { maxAttempts: 1, name: 'Mail' }),
      { service: 'mails' },
    );
    await node.mediator.publish(new Bought());
    await node.settled();
    expect(node.mediator.self.service).toBe('mails');
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [{ subscription: 'mails.Mail' }] });
  },
  async telemetry() {
    const sent: string[] = [];
    const tracer: MessageTracer = {
      sending({ name }, run) {
        sent.push(name);
        run();
      },
    };
    const { node } = await startNode((it) => it.handleRequest(Buy, () => 'bought'), { telemetry: [tracer] });
    await expect(node.mediator.send(new Buy())).resolves.toBe('bought');
    expect(sent).toEqual(['Buy']);
  },
  async namespace() {
    const engine = memory();
    const { node: blue } = await startNode((it) => it, { engine, namespace: 'blue', nodeId: 'one' });
    await startNode((it) => it, { engine, namespace: 'green', nodeId: 'two' });
    expect(blue.mediator.nodes().map(({ nodeId }) => nodeId)).toEqual(['one']);
  },
  async nodeId() {
    const { node } = await startNode(
      (it) => it.handleRequest(Buy, (_command, context) => context.originNodeId),
      {
        nodeId: 'shop-7',
      },
    );
    await expect(node.mediator.sendToNode('shop-7', new Buy())).resolves.toBe('shop-7');
  },
  async endpoint() {
    const { node } = await startNode((it) => it, { endpoint: 'http://localhost:5001' });
    expect(node.mediator.nodes()).toMatchObject([{ endpoint: 'http://localhost:5001' }]);
  },
  async metadata() {
    const { node } = await startNode((it) => it, { metadata: { zone: 'a' } });
    expect(node.mediator.nodes()).toMatchObject([{ metadata: { zone: 'a' } }]);
  },
  async propagatedHeaders() {
    const { node } = await startNode(
      (it) =>
        it
          .handleRequest(Buy, (_command, context) => context.send(new Count()))
          .handleRequest(Count, (_command, context) => context.headers),
      { propagatedHeaders: ['tenant'] },
    );
    const headers = { tenant: 'blue', traceparent: 'of another' };
    await expect(node.mediator.send(new Buy(), { headers })).resolves.toEqual({ tenant: 'blue' });
  },
  // What beats is the framework around the node, by this figure.
  async 'heartbeat.intervalMs'() {
    expect(new CatgaNode({ heartbeat: { intervalMs: 70 } }).options.heartbeat.intervalMs).toBe(70);
    expect(() => new CatgaNode({ heartbeat: { intervalMs: 15_000 } })).toThrow(
      /more than heartbeat.intervalMs/,
    );
  },
  async 'heartbeat.timeoutMs'() {
    const { node, clock } = await startNode((it) => it, { heartbeat: { intervalMs: 50, timeoutMs: 100 } });
    await clock.advance(99);
    expect(node.mediator.nodes()).toHaveLength(1);
    await clock.advance(2);
    expect(node.mediator.nodes()).toHaveLength(0);
    await node.beat();
    await clock.advance(0);
    expect(node.mediator.nodes()).toHaveLength(1);
  },
  async 'request.timeoutMs'() {
    const { node, clock } = await startNode((it) => it.handleRequest(Buy, never), {
      request: { timeoutMs: 100 },
    });
    const answer = node.mediator.trySend(new Buy());
    await clock.advance(100);
    await expect(answer).resolves.toMatchObject({
      error: { code: 'CATGA_TIMEOUT', details: { timeoutMs: 100 } },
    });
  },
  async routing() {
    const cluster = new TestCluster(new MemoryNetwork());
    const answers = (nodeId: string, routing?: CatgaOptions['routing']): CatgaNode =>
      cluster.node(nodeId, { routing }).handleRequest(Buy, () => nodeId);
    const one = answers('one');
    const two = answers('two', { select: (_request, [first]) => first! });
    await cluster.start(one, two);
    await expect(one.mediator.send(new Buy())).resolves.toBe('one');
    await expect(two.mediator.send(new Buy())).resolves.toBe('one');
    await cluster.stop();
  },
  async remote() {
    class Unnamed extends Command<string> {}
    const cluster = new TestCluster(new MemoryNetwork());
    const one = cluster.node('one', { remote: 'named' });
    const two = cluster.node('two', { remote: 'named' }).handleRequest(Unnamed, () => 'two');
    await cluster.start(one, two);
    await expect(one.mediator.send(new Unnamed())).rejects.toMatchObject({ code: 'CATGA_NO_HANDLER' });
    await expect(two.mediator.send(new Unnamed())).resolves.toBe('two');
    await cluster.stop();
  },
  async inheritance() {
    class BuyMuch extends Buy {}
    const { node } = await startNode((it) => it.handleRequest(Buy, ({ constructor: { name } }) => name), {
      inheritance: 'nearest',
    });
    await expect(node.mediator.send(new BuyMuch())).resolves.toBe('BuyMuch');
  },
  async 'request.retransmitMs'() {
    const { transmittedAtMs } = await whileNobodyAnswers({ retransmitMs: 200, maxAttempts: 9 });
    expect(transmittedAtMs.slice(0, 3)).toEqual([0, 200, 600]);
  },
  async 'request.maxAttempts'() {
    const { askedNodes } = await whileNobodyAnswers({ retransmitMs: 100, maxAttempts: 2 });
    expect(askedNodes).toEqual(['one', 'one', 'two']);
  },
  async 'concurrency.maxInFlight'() {
    const gate = new Gate();
    let running = 0;
    const { node, clock } = await startNode(
      (it) =>
        it.handleRequest(Buy, async () => {
          running++;
          await gate.opened;
          return '';
        }),
      { concurrency: { maxInFlight: 2 } },
    );
    const answers = [1, 2, 3].map(() => node.mediator.send(new Buy()));
    await clock.advance(0);
    expect(running).toBe(2);
    expect(node.mediator.self.load).toMatchObject({ inFlight: 2, queued: 1 });
    gate.open();
    await Promise.all(answers);
    expect(running).toBe(3);
  },
  async 'concurrency.maxQueued'() {
    const { node, clock } = await startNode((it) => it.handleRequest(Buy, never), {
      concurrency: { maxInFlight: 1, maxQueued: 1 },
      shutdown: { drainTimeoutMs: 1 },
    });
    const answers = [1, 2, 3].map(() => node.mediator.trySend(new Buy(), { timeoutMs: 50 }));
    await expect(answers[2]).resolves.toMatchObject({ error: { code: 'CATGA_OVERLOADED' } });
    await clock.advance(50);
    await Promise.all(answers);
  },
  async 'concurrency.queueTimeoutMs'() {
    const { node, clock } = await startNode((it) => it.handleRequest(Buy, never), {
      concurrency: { maxInFlight: 1, queueTimeoutMs: 100 },
      shutdown: { drainTimeoutMs: 1 },
    });
    void node.mediator.trySend(new Buy());
    const waiting = node.mediator.trySend(new Buy());
    let isRefused = false;
    void waiting.then(() => (isRefused = true));
    await clock.advance(99);
    expect(isRefused).toBe(false);
    await clock.advance(1);
    await expect(waiting).resolves.toMatchObject({ error: { code: 'CATGA_OVERLOADED' } });
  },
  async 'retry.maxAttempts'() {
    await expect(attemptsWith({ maxAttempts: 1 })).resolves.toHaveLength(1);
    await expect(attemptsWith({ maxAttempts: 4 })).resolves.toHaveLength(4);
  },
  async 'retry.initialDelayMs'() {
    await expect(attemptsWith({ maxAttempts: 2, initialDelayMs: 70 })).resolves.toEqual([0, 70]);
  },
  async 'retry.maxDelayMs'() {
    const retry = { maxAttempts: 4, initialDelayMs: 100, maxDelayMs: 150 };
    await expect(attemptsWith(retry)).resolves.toEqual([0, 100, 250, 400]);
  },
  async 'retry.multiplier'() {
    const retry = { maxAttempts: 4, initialDelayMs: 100, multiplier: 3 };
    await expect(attemptsWith(retry)).resolves.toEqual([0, 100, 400, 1300]);
  },
  async 'retry.jitter'() {
    const times = await attemptsWith({ maxAttempts: 5, initialDelayMs: 1000, multiplier: 1, jitter: true });
    const pauses = times.slice(1).map((time, i) => time - times[i]!);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1001);
    expect(new Set(pauses).size).toBeGreaterThan(1);
  },
  async 'idempotency.ttlMs'() {
    let runs = 0;
    const { node, clock } = await startNode((it) => it.handleRequest(Buy, () => String(++runs)), {
      idempotency: { ttlMs: 100 },
    });
    const buy = (): Promise<string> => node.mediator.send(new Buy(), { messageId: 'k' });
    await buy();
    await clock.advance(99);
    await expect(buy()).resolves.toBe('1');
    await clock.advance(2);
    await expect(buy()).resolves.toBe('2');
  },
  async 'idempotency.leaseMs'() {
    const engine = memory();
    const { node: dying, clock } = await startNode((it) => it.handleRequest(Buy, never), {
      engine,
      idempotency: { leaseMs: 1000 },
    });
    const { node } = await startNode(
      (it) => it.handleRequest(Buy, () => 'taken over'),
      { engine },
      { clock },
    );
    void dying.mediator.trySend(new Buy(), { messageId: 'k' });
    await clock.advance(0);
    await dying.close(); // and it renews its claim no more
    const answers: string[] = [];
    void node.mediator.send(new Buy(), { messageId: 'k' }).then((answer) => answers.push(answer));
    await clock.advance(999);
    expect(answers).toEqual([]);
    await clock.advance(1001);
    expect(answers).toEqual(['taken over']);
  },
  async 'outcomes.only'() {
    await expect(runsWith({ only: [Refused] }, new Refused())).resolves.toBe(1);
    await expect(runsWith({ only: [Refused] }, new Error('another'))).resolves.toBe(2);
    // What is named goes before what an error looks like.
    const named = Object.assign(new Refused(), { code: 'ECONNRESET', retryable: true });
    await expect(runsWith({ only: [Refused] }, named)).resolves.toBe(1);
  },
  async 'outcomes.except'() {
    await expect(runsWith({}, new Refused())).resolves.toBe(1);
    await expect(runsWith({ except: [Refused] }, new Refused())).resolves.toBe(2);
    await expect(runsWith({ only: [Error], except: [Refused] }, new Refused())).resolves.toBe(2);
  },
  async deadLetterOn() {
    const { node, clock } = await startNode(
      (it) => it.handleEvent(Bought, () => Promise.reject(new Refused('no'))),
      { deadLetterOn: [Refused] },
    );
    await node.mediator.publish(new Bought());
    await clock.advance(0);
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [{ attempts: 1 }] });
    expect(() => new CatgaNode({ deadLetterOn: [undefined as never] })).toThrow(
      /deadLetterOn\.0: .*circular/,
    );
  },
  async 'deadLetters.ttlMs'() {
    const { node, clock } = await startNode(
      (it) => it.handleEvent(Bought, () => Promise.reject(new Error('no'))),
      {
        retry: { maxAttempts: 1 },
        deadLetters: { ttlMs: 100 },
      },
    );
    await node.mediator.publish(new Bought());
    await clock.advance(0);
    expect((await node.deadLetters.list()).items).toHaveLength(1);
    await clock.advance(101);
    expect((await node.deadLetters.list()).items).toHaveLength(0);
  },
  async outbox() {
    const { node, engine, publish } = await startWithOutbox({ outbox: memoryOutbox() });
    engine.weather = 'away';
    await publish('a1');
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 1, parked: 0 });
    expect(() => new CatgaNode({ outbox: memory() as unknown as Outbox })).toThrow(
      /outbox: must be an outbox/,
    );
  },
  async 'limits.maxPayloadBytes'() {
    const { node } = await startNode((it) => it.handleEvent(Bought, () => {}), {
      limits: { maxPayloadBytes: 1 },
    });
    await expect(node.mediator.publish(new Bought())).rejects.toMatchObject({
      code: 'CATGA_PAYLOAD_TOO_LARGE',
    });
  },
  async 'limits.maxHeaderBytes'() {
    const { node } = await startNode((it) => it.handleRequest(Buy, () => ''), {
      limits: { maxHeaderBytes: 3 },
    });
    await expect(node.mediator.send(new Buy(), { headers: { a: 'bc' } })).resolves.toBe('');
    await expect(node.mediator.send(new Buy(), { headers: { a: 'bcd' } })).rejects.toMatchObject({
      code: 'CATGA_PAYLOAD_TOO_LARGE',
    });
  },
  async serializer() {
    const plain = json();
    const shouting: Serializer = {
      name: 'shouting',
      encode: (value) => plain.encode({ loud: value }),
      decode: (bytes) => (plain.decode(bytes) as { loud: unknown }).loud,
    };
    const { node, clock } = await startNode(
      (it) => it.handleEvent(Bought, () => Promise.reject(new Error('no'))),
      {
        serializer: shouting,
        retry: { maxAttempts: 1 },
      },
    );
    await node.mediator.publish(new Bought());
    await clock.advance(0);
    const [letter] = (await node.deadLetters.list()).items;
    expect(Buffer.from(letter!.body).toString()).toBe('{"loud":{}}');
    expect(letter!.message).toEqual({});
  },
  async behaviors() {
    const doubling: Behavior = {
      handle: async (_envelope, _context, next) => `${String(await next())} twice`,
    };
    const { node } = await startNode((it) => it.handleRequest(Buy, () => 'once'), { behaviors: [doubling] });
    await expect(node.mediator.send(new Buy())).resolves.toBe('once twice');
  },
  async role() {
    const cluster = new TestCluster(new MemoryNetwork());
    const [node, tool] = [cluster.node('node'), cluster.node('tool', { role: 'tool' })];
    await cluster.start(node, tool);
    expect(node.mediator.nodes().map(({ nodeId }) => nodeId)).toEqual(['node']);
    await cluster.stop();
    const handling = new CatgaNode({ role: 'tool' }).handleRequest(Buy, () => 'bought');
    await expect(handling.init()).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  },
  'admin.describe': () => answersNothing({ describe: false }, (client) => client.describe('node')),
  'admin.stats': () => answersNothing({ stats: false }, (client) => client.stats('node')),
  'admin.failures': () => answersNothing({ failures: false }, (client) => client.failures('node')),
  'admin.tap': () => answersNothing({ tap: false }, (client) => client.tap('node')),
  'admin.traffic': () => answersNothing({ traffic: false }, (client) => client.traffic('node')),
  'admin.sagas': () =>
    answersNothing({ sagas: false }, (_, tool) => tool.mediator.sendToNode('node', new ListSchedules(1))),
  'admin.projections': () =>
    answersNothing({ projections: false }, (_, tool) =>
      tool.mediator.sendToNode('node', new ListProjections()),
    ),
  async 'health.graceMs'() {
    const engine = new MemoryNetwork();
    const { node, clock } = await startNode((it) => it, { engine, nodeId: 'one', health: { graceMs: 100 } });
    engine.unplug('one');
    await clock.advance(100);
    expect(node.problem).toBeUndefined();
    await clock.advance(1);
    expect(node.problem).toContain('out of reach');
  },
  async 'shutdown.delayMs'() {
    const { node, clock } = await startNode((it) => it.handleRequest(Buy, () => 'bought'), {
      shutdown: { delayMs: 100 },
    });
    const stopped = node.stop();
    await clock.advance(99);
    await expect(node.mediator.send(new Buy())).resolves.toBe('bought');
    await clock.advance(1);
    await stopped;
  },
  async 'shutdown.drainTimeoutMs'() {
    const { node, clock } = await startNode((it) => it.handleRequest(Buy, never), {
      shutdown: { drainTimeoutMs: 100 },
    });
    void node.mediator.send(new Buy());
    let hasStopped = false;
    const stopped = node.stop().then(() => (hasStopped = true));
    await clock.advance(99);
    expect(hasStopped).toBe(false);
    await clock.advance(1);
    await stopped;
  },
};

describe('every option has an effect', () => {
  it.each(Object.entries(effects))('%s', (_, prove) => prove());
});
