import { describe, expect, it } from '@jest/globals';
import { Message, ReliableEvent } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { CatgaNode } from './catga-node.js';
import { TestCluster } from './cluster.fixture.js';
import { startNode } from './running-node.fixture.js';

class Ship extends Command<string> {}
class ShipFast extends Ship {}
class ShipToday extends ShipFast {}

class Moved {}
class MovedFar extends Moved {}
class MovedAbroad extends MovedFar {}

describe('a message whose class has no handler', () => {
  const nameOf = (message: object): string => message.constructor.name;

  it('is refused unless the option says otherwise', async () => {
    const { node } = await startNode((it) => it.handleRequest(Ship, nameOf));
    await expect(node.mediator.send(new ShipFast())).rejects.toMatchObject({ code: 'CATGA_NO_HANDLER' });
  });

  it('goes to that of its nearest base class, as it is', async () => {
    const { node } = await startNode(
      (it) => it.handleRequest(Ship, nameOf).handleRequest(ShipFast, () => 'fast'),
      {
        inheritance: 'nearest',
      },
    );
    const { mediator } = node;
    await expect(mediator.send(new Ship())).resolves.toBe('Ship');
    await expect(mediator.send(new ShipToday())).resolves.toBe('fast');
    await expect(mediator.send(new ShipToday(), { timeoutMs: 50 })).resolves.toBe('fast');
    await expect(mediator.sendBatch([new ShipToday(), new Ship()])).resolves.toEqual([
      { ok: true, value: 'fast' },
      { ok: true, value: 'Ship' },
    ]);
  });

  it('does not, if it has a name of its own', async () => {
    @Message({ name: 'ships.own' })
    class OwnShip extends Ship {}
    const { node } = await startNode((it) => it.handleRequest(Ship, nameOf), { inheritance: 'nearest' });
    await expect(node.mediator.send(new OwnShip())).rejects.toMatchObject({ code: 'CATGA_NO_HANDLER' });
  });
});

describe('an event of a subclass', () => {
  /** What was heard by the handlers of the two base classes, and how often. */
  function listening(heard: string[]): (node: CatgaNode) => CatgaNode {
    return (node) =>
      node
        .handleEvent(Moved, () => void heard.push('moved'), { name: 'moved' })
        .handleEvent(MovedFar, () => void heard.push('far'), { name: 'far' })
        .handleEvent([Moved, MovedFar], () => void heard.push('both'), { name: 'both' });
  }

  it('reaches no handler of a base class by default', async () => {
    const heard: string[] = [];
    const { node } = await startNode(listening(heard));
    await node.mediator.publish(new MovedAbroad());
    expect(heard).toEqual([]);
  });

  it('reaches the handlers of the nearest base class that has some', async () => {
    const heard: string[] = [];
    const { node } = await startNode(listening(heard), { inheritance: 'nearest' });
    await node.mediator.publish(new MovedAbroad());
    expect(heard).toEqual(['far', 'both']);
    await node.mediator.broadcast(new MovedAbroad());
    expect(heard).toEqual(['far', 'both', 'far', 'both']);
  });

  it('reaches those of all base classes, each once', async () => {
    const heard: string[] = [];
    const { node } = await startNode(listening(heard), { inheritance: 'all' });
    await node.mediator.publish(new MovedAbroad());
    expect(heard.sort()).toEqual(['both', 'far', 'moved']);
    await node.mediator.publish(new Moved());
    expect(heard.sort()).toEqual(['both', 'both', 'far', 'moved', 'moved']);
  });

  it('reaches them through the log, too, if it is reliable', async () => {
    @ReliableEvent()
    class Paid {}
    class PaidTwice extends Paid {}
    class PaidOften extends PaidTwice {}
    const heard: string[] = [];
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleEvent(Paid, (event) => void heard.push(`paid ${event.constructor.name}`), { name: 'paid' })
          .handleEvent(PaidTwice, (event) => void heard.push(`twice ${event.constructor.name}`), {
            name: 'twice',
          }),
      { inheritance: 'all' },
    );
    await node.mediator.publish(new PaidOften());
    await clock.advance(0);
    expect(heard.sort()).toEqual(['paid PaidTwice', 'twice PaidTwice']);
  });

  it('goes to other nodes as an event of the base class', async () => {
    const cluster = new TestCluster(new MemoryNetwork());
    const heard: string[] = [];
    const one = cluster
      .node('one', { service: 'one', inheritance: 'nearest' })
      .handleEvent(Moved, () => void heard.push('one'));
    const two = cluster.node('two', { service: 'two' }).handleEvent(Moved, () => void heard.push('two'));
    await cluster.start(one, two);
    await one.mediator.publish(new MovedFar());
    await cluster.turns();
    expect(heard).toEqual(['one', 'two']);
    await cluster.stop();
  });
});
