import { CatgaMediator, CatgaModule, EventHandler, RequestHandler } from '@catga/nestjs';
import type { IEventHandler, IRequestHandler } from '@catga/nestjs';
import type { Engine } from '@catga/core';
import { CatgaSagasModule } from '@catga/sagas';
import type { ModuleMetadata } from '@nestjs/common';
import { nestApp } from '../../apps/nest-app.js';
import { NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';
import { ChargeOrder, FulfilmentSaga, OrderFulfilled, OrderPlaced, ReserveStock } from './saga-messages.js';
import { Waiting } from './waiting.js';

const STEPS = 2;

/** A saga of Catga in a Nest application, with default options. It starts by an event, and its end is an event. */
export const sagaOver = (engineOf: (settings: PeerSettings) => Engine): Peer => ({
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const waiting = new Waiting<Placed>();

    @EventHandler(OrderFulfilled, { name: 'fulfilled' })
    class FulfilledHandler implements IEventHandler<OrderFulfilled> {
      async handle(event: OrderFulfilled): Promise<void> {
        waiting.ended(String(event.id), event);
      }
    }

    const app = await start(engineOf(settings), settings, { providers: [FulfilledHandler] });
    const mediator = app.get(CatgaMediator);
    const { steps = STEPS } = settings;
    return {
      send: (id) => waiting.until(String(id), () => mediator.publish(new OrderPlaced(id, NOTE, steps))),
      close: () => app.close(),
    };
  },

  async handle(settings: PeerSettings): Promise<HandlingSide> {
    @RequestHandler(ReserveStock)
    class ReserveStockHandler implements IRequestHandler<ReserveStock> {
      async handle({ id, note }: ReserveStock): Promise<Placed> {
        return { id, note };
      }
    }

    @RequestHandler(ChargeOrder)
    class ChargeOrderHandler implements IRequestHandler<ChargeOrder> {
      async handle({ id, note }: ChargeOrder): Promise<Placed> {
        return { id, note };
      }
    }

    const app = await start(engineOf(settings), settings, {
      imports: [CatgaSagasModule.forRoot()],
      providers: [FulfilmentSaga, ReserveStockHandler, ChargeOrderHandler],
    });
    return { close: () => app.close() };
  },
});

function start(
  engine: Engine,
  { namespace, index }: PeerSettings,
  { imports = [], providers = [] }: Pick<ModuleMetadata, 'imports' | 'providers'>,
) {
  return nestApp({
    imports: [
      CatgaModule.forRoot({
        engine,
        namespace,
        service: index < 0 ? 'ordering' : 'fulfilling',
        nodeId: `node${index}`,
      }),
      ...imports,
    ],
    providers,
  });
}
