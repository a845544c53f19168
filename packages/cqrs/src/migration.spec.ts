import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import * as original from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { MemoryNetwork, Message, ReliableEvent } from '@catga/nestjs';
import { LogBook, start, turn } from './application.fixture.js';
import * as ours from './index.js';

/** The messages of an application, which are made anew for each step, as a new version of their files would be. */
function messages(): {
  readonly ShipOrder: Type<{ orderId: string }>;
  readonly OrderShipped: Type<{ orderId: string }>;
} {
  class ShipOrder {
    constructor(readonly orderId: string) {}
  }
  class OrderShipped {
    constructor(readonly orderId: string) {}
  }
  return { ShipOrder, OrderShipped };
}

/** The application, which is the same in all steps but for its imports: a caller, a handler of its command, a handler of the event. */
function application(
  { ShipOrder, OrderShipped }: ReturnType<typeof messages>,
  { CommandBus, CommandHandler, EventBus, EventsHandler }: typeof ours = ours,
) {
  const mails: string[] = [];
  let failures = 1;

  @Injectable()
  class Storefront {
    constructor(@Inject(CommandBus) private readonly commandBus: ours.ICommandBus) {}

    buy(orderId: string): Promise<string> {
      return this.commandBus.execute(new ShipOrder(orderId));
    }
  }

  @CommandHandler(ShipOrder)
  class ShipOrderHandler {
    constructor(@Inject(EventBus) private readonly eventBus: ours.IEventBus) {}

    async execute({ orderId }: { readonly orderId: string }): Promise<string> {
      this.eventBus.publish(new OrderShipped(orderId));
      return `shipped ${orderId}`;
    }
  }

  @EventsHandler(OrderShipped)
  class SendMail {
    async handle({ orderId }: { readonly orderId: string }): Promise<void> {
      if (failures-- > 0) throw new Error('the mail server is away');
      mails.push(orderId);
    }
  }
  return { Storefront, ShipOrderHandler, SendMail, mails };
}

/** Lets everything happen that takes no more than a few turns. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

describe('the way from @nestjs/cqrs to two services', () => {
  it('0: an application of @nestjs/cqrs; a handler that fails has lost its event', async () => {
    const plain = original as unknown as typeof ours;
    const { Storefront, ShipOrderHandler, SendMail, mails } = application(messages(), plain);
    const imports = [original.CqrsModule.forRoot()];
    const providers = [Storefront, ShipOrderHandler, SendMail];
    const module = await Test.createTestingModule({ imports, providers }).setLogger(new LogBook()).compile();
    await module.init();
    await expect(module.get(Storefront).buy('o1')).resolves.toBe('shipped o1');
    await expect(module.get(Storefront).buy('o2')).resolves.toBe('shipped o2');
    await turn();
    expect(mails).toEqual(['o2']);
    await module.close();
  });

  it('1: the imports are changed; a failed handler has lost its event, as before', async () => {
    const { Storefront, ShipOrderHandler, SendMail, mails } = application(messages());
    const module = await start([Storefront, ShipOrderHandler, SendMail]);
    await expect(module.get(Storefront).buy('o1')).resolves.toBe('shipped o1');
    await expect(module.get(Storefront).buy('o2')).resolves.toBe('shipped o2');
    await turn();
    expect(mails).toEqual(['o2']);
  });

  it('2: with @ReliableEvent() on the event it is repeated', async () => {
    const { ShipOrder, OrderShipped } = messages();
    ReliableEvent()(OrderShipped);
    const { Storefront, ShipOrderHandler, SendMail, mails } = application({ ShipOrder, OrderShipped });
    const catga = { retry: { initialDelayMs: 1 } };
    const module = await start([Storefront, ShipOrderHandler, SendMail], { catga });
    await expect(module.get(Storefront).buy('o1')).resolves.toBe('shipped o1');
    await until(() => mails.length > 0);
    expect(mails).toEqual(['o1']);
  });

  it('3: with names the handlers move into a service of their own, and the caller stays as it is', async () => {
    const engine = new MemoryNetwork();
    const version = (): ReturnType<typeof messages> => {
      const own = messages();
      Message({ name: 'orders.ship.v1' })(own.ShipOrder);
      ReliableEvent()(own.OrderShipped);
      Message({ name: 'orders.shipped.v1' })(own.OrderShipped);
      return own;
    };
    const shipping = application(version());
    await start([shipping.ShipOrderHandler, shipping.SendMail], {
      catga: { engine, service: 'shipping', nodeId: 'shipping', retry: { initialDelayMs: 1 } },
    });
    const { Storefront } = application(version());
    const web = await start([Storefront], { catga: { engine, service: 'web', nodeId: 'web' } });
    await expect(web.get(Storefront).buy('o1')).resolves.toBe('shipped o1');
    await until(() => shipping.mails.length > 0);
    expect(shipping.mails).toEqual(['o1']);
  });
});
