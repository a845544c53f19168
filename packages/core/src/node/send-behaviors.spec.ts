import { expect, it } from '@jest/globals';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { Message, ReliableEvent } from '../contracts/message.js';
import type { MessageContext } from '../contracts/message-context.js';
import type { OutgoingMessage, SendBehavior } from '../contracts/send-behavior.js';
import { retry } from '../pipeline/resilience/policies.js';
import { CartViewed, CountOrders, PlaceOrder, TestCluster } from './cluster.fixture.js';
import { CatgaNode } from './catga-node.js';
import { startNode } from './running-node.fixture.js';

@ReliableEvent()
class Bought {}

/** Notes what is handed over. */
function noting(seen: OutgoingMessage[]): SendBehavior {
  return {
    side: 'send',
    handle(outgoing, next) {
      seen.push(outgoing);
      return next();
    },
  };
}

/** Adds headers to what is handed over. */
function adding(headers: Record<string, string>): SendBehavior {
  return {
    side: 'send',
    handle(outgoing, next) {
      outgoing.options = { ...outgoing.options, headers: { ...outgoing.options.headers, ...headers } };
      return next();
    },
  };
}

it('a behavior of the send side acts on every message, however it is handed over, and on no handler', async () => {
  const seen: OutgoingMessage[] = [];
  const headers: unknown[] = [];
  const note = (_message: object, context: MessageContext): void => void headers.push(context.headers);
  const { node } = await startNode(
    (it) =>
      it
        .handleRequest(PlaceOrder, note)
        .handleRequest(CountOrders, note)
        .handleEvent([CartViewed, Bought], note),
    { behaviors: [noting(seen), adding({ tenant: 'blue' })] },
  );
  const { mediator } = node;
  const { nodeId } = node.options;
  await mediator.send(new CountOrders());
  await mediator.trySend(new CountOrders());
  await mediator.sendBatch([new CountOrders(), new CountOrders()]);
  for await (const result of mediator.sendStream([new CountOrders()])) expect(result.ok).toBe(true);
  await mediator.sendToNode(nodeId, new CountOrders());
  await mediator.publish(new CartViewed('tea'));
  await mediator.publishBatch([new Bought(), new CartViewed('tea')]);
  await mediator.broadcast(new CartViewed('tea'));
  await expect(mediator.enqueue(new PlaceOrder('tea'), { messageId: 'o1' })).resolves.toMatchObject({
    messageId: 'o1',
  });
  await node.settled();
  expect(headers).toEqual(Array.from({ length: 11 }, () => ({ tenant: 'blue' })));
  const { kind, qos, name } = seen[6] as OutgoingMessage;
  expect({ kind, qos, name }).toEqual({ kind: 'event', qos: 0, name: 'CartViewed' });
  expect(seen.map(({ operation, name, nodeId: to }) => [operation, name, to])).toEqual([
    ...Array.from({ length: 5 }, () => ['send', 'CountOrders', undefined]),
    ['send', 'CountOrders', nodeId],
    ['publish', 'CartViewed', undefined],
    ['publish', 'Bought', undefined],
    ['publish', 'CartViewed', undefined],
    ['broadcast', 'CartViewed', undefined],
    ['enqueue', 'PlaceOrder', undefined],
  ]);
});

it('what a handler hands over through its context goes past it, with the headers that propagate and its cause', async () => {
  const seen: OutgoingMessage[] = [];
  const { node } = await startNode(
    (it) =>
      it
        .handleRequest(CountOrders, async (_query, context) => {
          await context.send(new PlaceOrder('tea'));
          await context.publish(new Bought());
          await context.enqueue(new PlaceOrder('cups'));
        })
        .handleRequest(PlaceOrder, () => 'placed')
        .handleEvent(Bought, () => {}),
    { behaviors: [noting(seen)] },
  );
  await node.mediator.send(new CountOrders(), { messageId: 'c1', headers: { traceparent: 't', own: 'o' } });
  await node.settled();
  expect(
    seen.map(({ operation, causationId, options: { headers } }) => [operation, causationId, headers]),
  ).toEqual([
    ['send', undefined, { traceparent: 't', own: 'o' }],
    ['send', 'c1', { traceparent: 't' }],
    ['publish', 'c1', { traceparent: 't' }],
    ['enqueue', 'c1', { traceparent: 't' }],
  ]);
});

it('the first one is outermost; one may refuse, answer, and see how the call ends', async () => {
  const lines: string[] = [];
  const outer: SendBehavior = {
    side: 'send',
    async handle({ name }, next) {
      lines.push(`${name} begins`);
      try {
        return await next();
      } finally {
        lines.push(`${name} ends`);
      }
    },
  };
  const inner: SendBehavior = {
    side: 'send',
    handle({ message }, next) {
      if (message instanceof CountOrders) return Promise.resolve(7);
      if (message instanceof CartViewed) throw new Error('nobody looks');
      return next();
    },
  };
  const { node } = await startNode((it) => it.handleRequest(PlaceOrder, () => 'placed'), {
    behaviors: [outer, inner],
  });
  await expect(node.mediator.send(new CountOrders())).resolves.toBe(7);
  await expect(node.mediator.publish(new CartViewed('tea'))).rejects.toThrow('nobody looks');
  await expect(node.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
  expect(lines).toEqual(
    ['CountOrders', 'CartViewed', 'PlaceOrder'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

it('options that it replaces are those that count, and a header whose value is undefined is left out', async () => {
  let received: MessageContext | undefined;
  const replacing: SendBehavior = {
    side: 'send',
    handle(outgoing, next) {
      outgoing.options = { messageId: 'chosen', headers: { kept: 'yes', left: undefined } };
      return next();
    },
  };
  const { node } = await startNode(
    (it) => it.handleRequest(PlaceOrder, (_command, context) => void (received = context)),
    { behaviors: [replacing] },
  );
  await node.mediator.send(new PlaceOrder('tea'), { headers: { own: 'gone' } });
  expect(received).toMatchObject({ messageId: 'chosen', headers: { kept: 'yes' } });
  expect(received?.headers).toEqual({ kept: 'yes' });
});

it('acts once for a request that is retried, on the node of the sender only', async () => {
  const cluster = new TestCluster(new MemoryNetwork());
  const here: OutgoingMessage[] = [];
  const there: OutgoingMessage[] = [];
  let calls = 0;
  const sender = cluster.node('n1', { behaviors: [noting(here), retry({ initialDelayMs: 1 })] });
  const handler = cluster
    .node('n2', { behaviors: [noting(there)] })
    .handleRequest(CountOrders, (_query, context) => {
      calls++;
      if (calls === 1) throw Object.assign(new Error('busy'), { retryable: true });
      return context.headers.tenant;
    });
  await cluster.start(handler, sender);
  const answer = sender.mediator.send(new CountOrders(), { headers: { tenant: 'blue' } });
  await cluster.pass(1000);
  await expect(answer).resolves.toBe('blue');
  expect([calls, here.length, there.length]).toEqual([2, 1, 0]);
  await cluster.stop();
});

it('a message that cannot be described is refused before it, as without it', async () => {
  const seen: OutgoingMessage[] = [];
  const { node } = await startNode((it) => it, { behaviors: [noting(seen)] });
  await expect(node.mediator.publish({})).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  expect(seen).toEqual([]);
});

it('lets nothing go once the node has closed meanwhile', async () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const waiting: SendBehavior = {
    side: 'send',
    async handle(_outgoing, next) {
      await opened;
      return next();
    },
  };
  const { node } = await startNode((it) => it.handleRequest(CountOrders, () => 1), { behaviors: [waiting] });
  const answer = node.mediator.trySend(new CountOrders());
  await node.stop();
  open();
  await expect(answer).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_SHUTTING_DOWN' } });
});

it('belongs to the module: on a message the application does not start', async () => {
  @Message({ behaviors: [noting([]) as never] })
  class Odd {}
  const node = new CatgaNode().handleEvent(Odd, () => {});
  await expect(node.init()).rejects.toMatchObject({
    code: 'CATGA_CONFIGURATION',
    message: expect.stringContaining("Odd has a behavior with side 'send'") as unknown,
  });
});
