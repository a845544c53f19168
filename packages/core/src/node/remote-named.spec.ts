import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Message, ReliableEvent } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { CatgaNode } from './catga-node.js';
import { TestCluster } from './cluster.fixture.js';
import { startNode } from './running-node.fixture.js';

class Unnamed extends Command<object> {
  constructor(readonly content: object = {}) {
    super();
  }
}
@Message({ name: 'named.v1' })
class Named extends Command<string> {}
class Seen {}
@Message({ name: 'told.v1' })
class Told {}
@ReliableEvent()
class Stored {}

describe("with remote: 'named', in a cluster", () => {
  let cluster: TestCluster;
  let one: CatgaNode;
  let two: CatgaNode;
  let heard: string[];

  beforeEach(async () => {
    cluster = new TestCluster(new MemoryNetwork());
    heard = [];
    const node = (nodeId: string): CatgaNode =>
      cluster
        .node(nodeId, { service: nodeId, remote: 'named', routing: 'round-robin' })
        .handleRequest(Unnamed, (message) => message)
        .handleEvent(Seen, () => void heard.push(`${nodeId} seen`), { name: 'seen' })
        .handleEvent(Told, () => void heard.push(`${nodeId} told`), { name: 'told' })
        .handleEvent(Stored, () => void heard.push(`${nodeId} stored`), { name: 'stored' });
    one = node('one');
    two = node('two').handleRequest(Named, () => 'two');
    await cluster.start(one, two);
  });

  afterEach(() => cluster.stop());

  it('a message without a name stays in the process, by reference, whatever the routing', async () => {
    for (let round = 0; round < 3; round++) {
      const message = new Unnamed({ round: () => round });
      await expect(one.mediator.send(message)).resolves.toBe(message);
      await expect(one.mediator.send(message, { timeoutMs: 1000 })).resolves.toBe(message);
    }
  });

  it('one with a name goes where it is handled', async () => {
    await expect(one.mediator.send(new Named())).resolves.toBe('two');
  });

  it('events without a name stay, others and reliable ones go', async () => {
    await one.mediator.publish(new Seen());
    await one.mediator.broadcast(new Seen());
    await one.mediator.publish(new Told());
    await one.mediator.publish(new Stored());
    await cluster.turns();
    expect(heard.sort()).toEqual([
      'one seen',
      'one seen',
      'one stored',
      'one told',
      'two stored',
      'two told',
    ]);
  });

  it('what stays is not announced, nor part of the contracts, and has no queue', async () => {
    const [node] = one.mediator.nodes().filter(({ nodeId }) => nodeId === 'two');
    expect(node!.handles).toEqual(['named.v1']);
    expect(two.contracts().messages.map(({ name }) => name)).toEqual(['Stored', 'named.v1', 'told.v1']);
    await expect(one.mediator.enqueue(new Unnamed())).rejects.toThrow(/cannot be queued.*Give it @Message/);
    await expect(one.mediator.sendToNode('two', new Unnamed())).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
    });
    const subscriptions = await two.subscriptions.list();
    expect(subscriptions.map(({ id }) => id).sort()).toEqual(['one.stored', 'queue.named.v1', 'two.stored']);
  });

  it('what nobody here handles is refused at once', async () => {
    class Unhandled extends Command {}
    await expect(one.mediator.send(new Unhandled())).rejects.toThrow(/in this process, and without @Message/);
  });
});

describe("with remote: 'named', two classes of one name", () => {
  const other = (() => class Unnamed extends Command<string> {})();

  it('are two messages while they have no name', async () => {
    const { node } = await startNode(
      (it) => it.handleRequest(Unnamed, (message) => message).handleRequest(other, () => 'other'),
      { remote: 'named' },
    );
    const message = new Unnamed();
    await expect(node.mediator.send(message)).resolves.toBe(message);
    await expect(node.mediator.send(new other())).resolves.toBe('other');
  });

  it('are refused if they are stored', async () => {
    @ReliableEvent()
    class Paid {}
    const namesake = (() => {
      @ReliableEvent()
      class Paid {}
      return Paid;
    })();
    const start = startNode((it) => it.handleEvent([Paid, namesake], () => {}), { remote: 'named' });
    await expect(start).rejects.toThrow(/share the wire name 'Paid'/);
  });
});
