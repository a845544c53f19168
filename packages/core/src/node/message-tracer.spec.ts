import { describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { ReliableEvent } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import { memoryOutbox } from '../memory/memory-outbox.js';
import type { MessageTracer, TracedNode } from '../ports/message-tracer.js';
import { CartViewed, CountOrders, PlaceOrder } from './cluster.fixture.js';
import type { CatgaNode } from './catga-node.js';
import { startNode } from './running-node.fixture.js';

@ReliableEvent()
class Bought {}

class Pack extends Command<string> {}

/** Notes all that it is told. */
class NotingTracer implements MessageTracer {
  readonly lines: string[] = [];
  node: TracedNode | undefined;
  readonly where = new AsyncLocalStorage<string>();

  attach(node: TracedNode): () => void {
    this.node = node;
    return () => void this.lines.push('closed');
  }

  sending: MessageTracer['sending'] = (outgoing, run) => {
    const { operation, name } = outgoing;
    outgoing.options = {
      ...outgoing.options,
      headers: { ...outgoing.options.headers, traceparent: `of ${name}` },
    };
    this.lines.push(`${operation} ${name}`);
    this.where.run(`sending ${name}`, run);
    return ({ ok }) => void this.lines.push(`${operation} ${name} ${ok ? 'done' : 'failed'}`);
  };

  handling: MessageTracer['handling'] = ({ envelope, context, subscription, sentAtMs }, run) => {
    const sent = sentAtMs === undefined ? '' : ' sent before';
    const source = subscription === undefined ? '' : ` of ${subscription}`;
    this.lines.push(
      `handle ${envelope.name} ${context.attempt}${source}${sent} ${envelope.headers.traceparent}`,
    );
    this.where.run(`handling ${envelope.name}`, run);
    return (outcome) =>
      void this.lines.push(`${envelope.name} ${outcome.ok ? String(outcome.value) : outcome.error.message}`);
  };

  deliveryFailed: MessageTracer['deliveryFailed'] = ({
    name,
    messageId,
    subscription,
    attempt,
    disposition,
    error,
  }) =>
    void this.lines.push(
      `${disposition} ${name} ${messageId} ${attempt} of ${subscription}: ${error.message}`,
    );

  repeated: MessageTracer['repeated'] = ({ name, messageId, kind }) =>
    void this.lines.push(`repeated ${kind} ${name} ${messageId}`);

  redriving: MessageTracer['redriving'] = ({ name, messageId, headers }, run) => {
    run();
    return ({ ok }) => void this.lines.push(`redriven ${name} ${messageId} ${headers.traceparent} ${ok}`);
  };
}

/** Starts a node with handlers that note where they run. */
async function traced(
  tracer: MessageTracer,
  build: (node: CatgaNode) => CatgaNode,
): ReturnType<typeof startNode> {
  return startNode(build, { telemetry: [tracer], retry: { maxAttempts: 2, jitter: false } });
}

describe('a tracer', () => {
  it('sees what is sent and handled, adds headers, and gives handlers its async context', async () => {
    const tracer = new NotingTracer();
    const { node } = await traced(tracer, (it) =>
      it.handleRequest(CountOrders, (_query) => tracer.where.getStore()).handleEvent(CartViewed, () => {}),
    );
    await expect(node.mediator.send(new CountOrders())).resolves.toBe('handling CountOrders');
    await node.mediator.publish(new CartViewed('tea'));
    await node.settled();
    expect(tracer.lines).toEqual([
      'send CountOrders',
      'handle CountOrders 1 of CountOrders',
      'CountOrders handling CountOrders',
      'send CountOrders done',
      'publish CartViewed',
      'handle CartViewed 1 of CartViewed',
      expect.any(String),
      expect.any(String),
    ]);
    expect(tracer.lines.slice(-2).toSorted()).toEqual(['CartViewed undefined', 'publish CartViewed done']);
  });

  it('sees queued commands and stored events, retries, dead letters and redrives', async () => {
    const tracer = new NotingTracer();
    let fails = true;
    const { node, clock } = await traced(tracer, (it) =>
      it
        .handleRequest(Pack, () => 'packed')
        .handleEvent(
          Bought,
          () => {
            if (fails) throw new Error('no paper');
            return Promise.resolve();
          },
          { name: 'Books' },
        ),
    );
    await node.mediator.enqueue(new Pack(), { messageId: 'p1' });
    await node.settled();
    expect(tracer.lines).toContain('enqueue Pack done');
    expect(tracer.lines.splice(0).filter((line) => !line.endsWith('done'))).toEqual([
      'enqueue Pack',
      'handle Pack 1 of queue.Pack sent before of Pack',
      'Pack packed',
    ]);
    await node.mediator.publish(new Bought(), { messageId: 'b1' });
    await clock.advance(10_000);
    expect(tracer.lines).toContain('publish Bought done');
    expect(tracer.lines.splice(0).filter((line) => !line.endsWith('done'))).toEqual([
      'publish Bought',
      'handle Bought 1 of app.Books sent before of Bought',
      'Bought no paper',
      'retried Bought b1 1 of app.Books: no paper',
      'handle Bought 2 of app.Books sent before of Bought',
      'Bought no paper',
      'dead-lettered Bought b1 2 of app.Books: no paper',
    ]);
    fails = false;
    await node.deadLetters.redrive({});
    await node.settled();
    expect(tracer.lines).toContain('redriven Bought b1 of Bought true');
    expect(tracer.lines).toContain('handle Bought 1 of app.Books sent before of Bought');
  });

  it('hears of a request that was answered from its record', async () => {
    const tracer = new NotingTracer();
    const { node } = await traced(tracer, (it) => it.handleRequest(PlaceOrder, () => 'placed'));
    for (const _ of [1, 2]) await node.mediator.send(new PlaceOrder('tea'), { messageId: 'o1' });
    expect(tracer.lines.filter((line) => /^(handle|repeated)/.test(line))).toEqual([
      'handle PlaceOrder 1 of PlaceOrder',
      'repeated command PlaceOrder o1',
    ]);
  });

  it('may ask its node for subscriptions, outbox and nodes until it closes', async () => {
    const tracer = new NotingTracer();
    const { node } = await startNode((it) => it.handleEvent(Bought, () => {}, { name: 'Books' }), {
      telemetry: [tracer],
      outbox: memoryOutbox(),
      nodeId: 'n1',
      service: 'shop',
    });
    expect(tracer.node).toMatchObject({ nodeId: 'n1', service: 'shop' });
    expect(tracer.node?.nodes().map(({ nodeId }) => nodeId)).toEqual(['n1']);
    await expect(tracer.node?.subscriptions()).resolves.toEqual([
      expect.objectContaining({ id: 'shop.Books' }),
    ]);
    await expect(tracer.node?.outbox()).resolves.toEqual({ waiting: 0, parked: 0 });
    await node.stop();
    expect(tracer.lines).toEqual(['closed']);
    await expect(tracer.node?.subscriptions()).rejects.toMatchObject({ code: 'CATGA_SHUTTING_DOWN' });
  });

  it('is one of several, the first one outermost', async () => {
    const lines: string[] = [];
    const noting = (name: string): MessageTracer => ({
      sending(_outgoing, run) {
        lines.push(`${name} begins`);
        run();
        return () => void lines.push(`${name} ends`);
      },
    });
    const { node } = await startNode(
      (it) => it.handleRequest(CountOrders, () => void lines.push('handler')),
      {
        telemetry: [noting('first'), noting('second')],
        behaviors: [
          {
            side: 'send',
            handle(_outgoing, next) {
              lines.push('behavior');
              return next();
            },
          },
        ],
      },
    );
    await node.mediator.send(new CountOrders());
    expect(lines).toEqual([
      'first begins',
      'second begins',
      'behavior',
      'handler',
      'second ends',
      'first ends',
    ]);
  });
});

describe('a tracer that fails', () => {
  const fail = (): never => {
    throw new Error('broken tracer');
  };
  const failing: [string, MessageTracer][] = [
    ['before it runs anything', { sending: fail, handling: fail, attach: fail, internal: fail }],
    [
      'after it ran what it traces',
      {
        sending: (_outgoing, run) => (run(), fail()),
        handling: (_handled, run) => (run(), fail()),
      },
    ],
    [
      'when it hears of the outcome',
      {
        sending: (_outgoing, run) => (run(), fail),
        handling: (_handled, run) => (run(), fail),
      },
    ],
    [
      'by a promise',
      {
        // @ts-expect-error -- tracers in plain JavaScript may be asynchronous
        sending: async (_outgoing, run) => (run(), fail()),
      },
    ],
    ['by running it twice', { sending: (_outgoing, run) => (run(), run(), fail()) }],
    ['when it hears of failures', { deliveryFailed: fail, repeated: fail, redriving: fail }],
  ];
  it.each(failing)('%s is reported, and breaks no message', async (_, tracer) => {
    let runs = 0;
    const { node, clock } = await traced(tracer, (it) =>
      it
        .handleRequest(PlaceOrder, () => {
          runs++;
          return 'placed';
        })
        .handleEvent(Bought, () => {
          throw new Error('no paper');
        }),
    );
    const failures: string[] = [];
    node.failures.subscribe(({ source, error }) => void failures.push(`${source}: ${error.message}`));
    for (const _again of [1, 2])
      await expect(node.mediator.send(new PlaceOrder('tea'), { messageId: 'o1' })).resolves.toBe('placed');
    await node.mediator.publish(new Bought());
    await clock.advance(10_000);
    const letters = await node.deadLetters.list();
    expect(letters.items).toHaveLength(1);
    await expect(node.deadLetters.redrive({})).resolves.toMatchObject({ succeeded: 1 });
    expect(runs).toBe(1);
    expect(failures).toContain('telemetry: broken tracer');
  });

  it('because it does not run what it traces is reported, and it is run', async () => {
    const { node } = await traced({ sending() {}, handling() {} }, (it) =>
      it.handleRequest(PlaceOrder, () => 'placed'),
    );
    const failures: string[] = [];
    node.failures.subscribe(({ error }) => void failures.push(error.message));
    await expect(node.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
    expect(failures).toEqual(['A tracer did not call run before it returned.']);
  });

  it('changes no error', async () => {
    const { node } = await traced(new NotingTracer(), (it) =>
      it.handleRequest(PlaceOrder, () => {
        throw new RangeError('sold out');
      }),
    );
    await expect(node.mediator.send(new PlaceOrder('tea'))).rejects.toThrow(RangeError);
  });
});

it('without a tracer a request takes the short way, with one that traces no requests too', async () => {
  for (const telemetry of [[], [{ deliveryFailed() {} }]]) {
    let context: unknown;
    const { node } = await startNode(
      (it) =>
        it.handleRequest(CountOrders, (...args: unknown[]) => void (context = args[1]), {
          usesContext: false,
        }),
      { telemetry },
    );
    await node.mediator.send(new CountOrders());
    expect(context).toBeUndefined();
  }
});
