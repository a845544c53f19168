import { describe, expect, it } from '@jest/globals';
import { Message, ReliableEvent } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import { CatgaError } from '../errors/catga-error.js';
import { memory } from '../memory/memory-engine.js';
import type { Engine } from '../ports/engine.js';
import { CatgaNode } from './catga-node.js';

class Buy extends Command {}
class Look extends Query<string> {}
class Seen {}
@ReliableEvent()
class Bought {}
@ReliableEvent({ qos: 2 })
class Paid {}
@Message({ qos: 2 })
class Charge extends Command {}

const nothing = (): void => {};

async function problemsOf(node: CatgaNode): Promise<readonly string[]> {
  const error: unknown = await node.init().then(
    () => new Error('it started'),
    (thrown: unknown) => thrown,
  );
  await node.stop();
  if (!(error instanceof CatgaError)) throw error;
  expect(error.code).toBe('CATGA_CONFIGURATION');
  return error.details['problems'] as string[];
}

describe('a node refuses to start', () => {
  it('with two handlers for one request, naming both and the fix', async () => {
    const node = new CatgaNode()
      .handleRequest(Buy, nothing, { name: 'BuyOne', location: 'ShopModule' })
      .handleRequest(Buy, nothing, { name: 'BuyTwo' });
    await expect(problemsOf(node)).resolves.toEqual([
      'Buy has two handlers, BuyOne (ShopModule) and BuyTwo: a request has exactly one; ' +
        'remove one of them, or provide it in one module only.',
    ]);
  });

  it('with two classes under one wire name', async () => {
    const namesake = (() => class Seen {})();
    const node = new CatgaNode().handleEvent(Seen, nothing).handleEvent(namesake, nothing, { name: 'Other' });
    await expect(problemsOf(node)).resolves.toEqual([expect.stringContaining("share the wire name 'Seen'")]);
  });

  it('with two declared errors under one wire name, or one that is none, naming the fix', async () => {
    const one = (() => class NotPaid extends Error {})();
    const other = (() => class NotPaid extends Error {})();
    @Message({ errors: [one] })
    class Pay extends Command {}
    @Message({ errors: [other] })
    class Refund extends Command {}
    @Message({ errors: [undefined as never] })
    class Refuse extends Command {}
    const node = new CatgaNode()
      .handleRequest(Pay, nothing)
      .handleRequest(Refund, nothing)
      .handleRequest(Refuse, nothing);
    await expect(problemsOf(node)).resolves.toEqual([
      expect.stringMatching(/Refund.*share the wire name 'NotPaid'.*wireName/),
      expect.stringMatching(/Refuse.*circular import/),
    ]);
  });

  it('with two event handlers of one name, which would share a subscription', async () => {
    const node = new CatgaNode()
      .handleEvent(Bought, nothing, { name: 'Mail' })
      .handleEvent(Paid, nothing, { name: 'Mail' });
    await expect(problemsOf(node)).resolves.toEqual([
      expect.stringContaining("are named 'Mail', Mail and Mail"),
    ]);
  });

  it('with an event handler whose options make no sense or are not known, all at once', async () => {
    const options = {
      concurrency: 0,
      maxAttempts: 1.5,
      backoff: { multiplier: 0.5, jiter: true },
      whenDead: 'hold',
      scope: 'all',
    };
    const node = new CatgaNode().handleEvent(Bought, nothing, {
      name: 'Mail',
      location: 'Shop',
      ...options,
    } as never);
    await expect(problemsOf(node)).resolves.toEqual(
      [
        'scope',
        'concurrency',
        'maxAttempts',
        'backoff.multiplier',
        'backoff.jiter: unknown option',
        'whenDead',
      ].map((path) => expect.stringContaining(`Mail (Shop) has wrong options: ${path}`)),
    );
  });

  it('with a handler of the wrong kind for its message', async () => {
    const node = new CatgaNode()
      .handleRequest(Seen, nothing, { name: 'A' })
      .handleEvent([Buy, Look], nothing, { name: 'B' });
    await expect(problemsOf(node)).resolves.toEqual([
      'A handles the event Seen: use @EventHandler for events.',
      'B handles the command Buy: use @RequestHandler for it.',
      'B handles the query Look: use @RequestHandler for it.',
    ]);
  });

  it('with a reliable event for every node, which no durable subscription can do', async () => {
    const node = new CatgaNode().handleEvent(Bought, nothing, { name: 'A', scope: 'node' });
    await expect(problemsOf(node)).resolves.toEqual([
      expect.stringContaining("reliable event Bought with scope 'node'"),
    ]);
  });

  it('with a quality of service that the engine cannot keep', async () => {
    const plain: Engine = {
      ...engineOf(memory()),
      name: 'plain',
      capabilities: { requests: [0, 1], events: [0], queues: true },
    };
    const node = new CatgaNode({ engine: plain })
      .handleRequest(Charge, nothing)
      .handleEvent(Bought, nothing)
      .handleEvent(Seen, nothing);
    await expect(problemsOf(node)).resolves.toEqual([
      expect.stringContaining(
        "Charge requires QoS 2, which the engine 'plain' does not support for requests",
      ),
      expect.stringContaining("Bought requires QoS 1, which the engine 'plain' does not support for events"),
    ]);
  });

  it('with a cached query whose handler looks at who asks', async () => {
    @Message({ cache: { ttlMs: 1000 } })
    class MySalary extends Query<number> {}
    const node = new CatgaNode().handleRequest(MySalary, () => 1, {
      name: 'Salaries',
      dependsOnCaller: true,
    });
    expect(await problemsOf(node)).toEqual([
      expect.stringContaining('MySalary is cached, but Salaries has guards'),
    ]);
  });

  it('with everything that is wrong, told at once', async () => {
    @ReliableEvent()
    class Wrong extends Command {}
    const node = new CatgaNode()
      .handleRequest(Wrong, nothing)
      .handleRequest(class extends Command {}, nothing)
      .handleRequest(Seen, nothing);
    await expect(problemsOf(node)).resolves.toHaveLength(3);
  });

  it('and has not touched the engine then', async () => {
    let connections = 0;
    const engine: Engine = {
      ...engineOf(memory()),
      connect: () => {
        connections++;
        return Promise.reject(new Error('unreached'));
      },
    };
    await problemsOf(new CatgaNode({ engine }).handleRequest(Seen, nothing));
    expect(connections).toBe(0);
  });
});

/** An engine as a plain object, of which a test changes a part. */
function engineOf(engine: Engine): Engine {
  const { name, capabilities } = engine;
  return { name, capabilities, connect: (client) => engine.connect(client) };
}

describe('a started node', () => {
  it('says what it wired', async () => {
    const node = new CatgaNode({ service: 'shop', nodeId: 'n1', behaviors: [] })
      .handleRequest(Buy, nothing)
      .handleRequest(Charge, nothing)
      .handleRequest(Look, () => '')
      .handleEvent(Seen, nothing)
      .handleEvent([Bought, Paid], nothing, { name: 'Books' })
      .handleEvent(Bought, nothing, { name: 'Mail' });
    await expect(node.init()).resolves.toEqual({
      engine: 'memory',
      service: 'shop',
      nodeId: 'n1',
      commands: 2,
      queries: 1,
      events: 3,
      eventHandlers: 3,
      durableSubscriptions: 4,
      behaviors: 0,
    });
    await node.stop();
  });

  it('takes one handler for several events, and one event for several handlers', async () => {
    const seen: string[] = [];
    const node = new CatgaNode()
      .handleEvent([Seen, Seen, Bought], (event) => void seen.push(event.constructor.name), { name: 'All' })
      .handleEvent(Seen, () => void seen.push('second'), { name: 'Second' });
    await node.init();
    await node.start();
    await node.mediator.publish(new Seen());
    await node.mediator.publish(new Bought());
    await node.settled();
    await node.stop();
    expect(seen).toEqual(['Seen', 'second', 'Bought']);
  });
});
