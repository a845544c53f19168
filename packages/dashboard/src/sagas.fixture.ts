import { Command, Message, RequestHandler } from '@catga/nestjs';
import type { IRequestHandler } from '@catga/nestjs';
import { CatgaSagasModule, CatgaSchedulesModule, Saga, Scheduled, StartedBy } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import { Place, Placed } from './dashboard.fixture.js';
import type { ServeOptions } from './dashboard.fixture.js';

@Message({ name: 'orders.cancel.v1' })
class Cancel extends Command {}

@Scheduled(Cancel, { cron: '0 4 1 1 *', name: 'orders.yearly' })
@RequestHandler(Cancel)
class CancelHandler implements IRequestHandler<Cancel> {
  async handle(): Promise<void> {
    throw Object.assign(new Error('the bank refuses card 4111'), { retryable: false });
  }
}

/** Places an order, and cannot undo it. */
@Saga({ name: 'orders.fulfilment' })
class Fulfilment {
  @StartedBy(Placed, ({ order }) => order)
  start({ order, card }: Placed, saga: SagaContext<object>): void {
    saga.state = { order, card };
    saga.send(new Place(order), { undo: new Cancel() });
  }
}

export const FULFILMENT = 'orders.fulfilment';

/** A saga and a schedule for the shop. */
export const SAGAS = {
  imports: [CatgaSagasModule.forRoot(), CatgaSchedulesModule.forRoot()],
  providers: [Fulfilment, CancelHandler],
} satisfies ServeOptions;
