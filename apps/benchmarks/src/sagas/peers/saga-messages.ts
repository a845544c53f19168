import { Command, Message, ReliableEvent } from '@catga/nestjs';
import { OnResult, Saga, StartedBy } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import type { Placed } from '../../processes/peers/peer.js';

@ReliableEvent()
@Message({ name: 'bench.order-placed' })
export class OrderPlaced {
  constructor(
    readonly id: number,
    readonly note: string,
    /** How many commands its saga sends, two at least. */
    readonly steps: number,
  ) {}
}

@Message({ name: 'bench.reserve-stock' })
export class ReserveStock extends Command<Placed> {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {
    super();
  }
}

@Message({ name: 'bench.charge-order' })
export class ChargeOrder extends Command<Placed> {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {
    super();
  }
}

@ReliableEvent()
@Message({ name: 'bench.order-fulfilled' })
export class OrderFulfilled {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {}
}

interface State extends Placed {
  readonly left: number;
}

/** Reserves, then charges, once or as often as there are steps. */
@Saga({ name: 'bench.fulfilment' })
export class FulfilmentSaga {
  @StartedBy(OrderPlaced, ({ id }) => String(id))
  start({ id, note, steps }: OrderPlaced, saga: SagaContext<State>): void {
    saga.state = { id, note, left: steps - 1 };
    saga.send(new ReserveStock(id, note));
  }

  @OnResult(ReserveStock)
  reserved(_result: Placed, saga: SagaContext<State>): void {
    const { id, note, left } = saga.state;
    saga.state = { id, note, left: left - 1 };
    saga.send(new ChargeOrder(id, note));
  }

  @OnResult(ChargeOrder)
  charged(result: Placed, saga: SagaContext<State>): void {
    if (saga.state.left > 0) return this.reserved(result, saga);
    saga.publish(new OrderFulfilled(result.id, result.note));
    saga.complete();
  }
}
