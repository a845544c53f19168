import { describe, expect, it } from '@jest/globals';
import { ValidateNested } from 'class-validator';
import { LogBook, start, stillClock } from '../application.fixture.js';
import { CatgaDeadLetters, CatgaMediator, Command, MemoryNetwork, RequestHandler } from '../index.js';
import { ORDER, OrderPlaced, orderOf, PlaceOrder, PROBLEMS, SEEN, Shop, WRONG } from './orders.fixture.js';

describe('a message whose nested objects class-validator and class-transformer describe', () => {
  it('is of its classes and valid in one process, and the object of its sender stays as it is', async () => {
    const module = await start({ providers: [Shop] });
    const mediator = module.get(CatgaMediator);
    const order = orderOf();
    await expect(mediator.send(new PlaceOrder(order))).resolves.toBe(`true ${SEEN}`);
    expect(order).toEqual(orderOf());
    await expect(mediator.send(new PlaceOrder(WRONG))).rejects.toMatchObject(PROBLEMS);
    await module.close();
  });

  it('is of its classes and valid between nodes, and no constructor of the message runs', async () => {
    const engine = new MemoryNetwork();
    const shop = await start({ providers: [Shop], options: { engine, nodeId: 'shop' } });
    const gateway = await start({ options: { engine, nodeId: 'gateway' } });
    const mediator = gateway.get(CatgaMediator);
    const command = new PlaceOrder(ORDER);
    const before = PlaceOrder.constructed;
    await expect(mediator.send(command)).resolves.toBe(`true ${SEEN}`);
    expect(PlaceOrder.constructed).toBe(before);
    await expect(mediator.send(new PlaceOrder(WRONG))).rejects.toMatchObject(PROBLEMS);
    await gateway.close();
    await shop.close();
  });

  it('is of its classes and valid when it comes out of a store, and a dead letter if it is invalid', async () => {
    const services = stillClock();
    const module = await start({ providers: [Shop], services });
    const mediator = module.get(CatgaMediator);
    await mediator.publish(new OrderPlaced(ORDER));
    await mediator.publish(new OrderPlaced(WRONG));
    await services.clock.advance(10);
    expect(module.get(Shop).placed).toEqual([SEEN]);
    await expect(module.get(CatgaDeadLetters).list()).resolves.toMatchObject({
      items: [{ error: { code: 'CATGA_VALIDATION_FAILED' }, attempts: 1 }],
    });
    await module.close();
  });
});

describe('a message with @ValidateNested and without @Type', () => {
  it('gets a warning at the start', async () => {
    class Invite extends Command {
      @ValidateNested() readonly guest: object = {};
    }
    @RequestHandler(Invite)
    class InviteHandler {
      handle(_command: Invite): void {}
    }
    const logger = new LogBook();
    const module = await start({ providers: [Shop, InviteHandler], logger });
    expect(logger.at('warn').filter((line) => line.includes('@Type'))).toEqual([
      'Invite has @ValidateNested, but no @Type: nested objects of messages from other nodes and from stores are plain data ' +
        'and fail validation. Add @Type(() => TheClass) to the property.',
    ]);
    await module.close();
  });
});
