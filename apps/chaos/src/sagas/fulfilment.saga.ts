import { On, OnFailure, OnResult, OnTimeout, Saga, StartedBy, seconds } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import {
  Book,
  Cancel,
  ChargeOrder,
  Notify,
  OrderConfirmed,
  OrderPlaced,
  PackOrder,
  Refund,
  Release,
  Reserve,
  Unpack,
} from './messages.js';
import { LATE } from './order-plan.js';

export const FULFILMENT = 'chaos.fulfilment';

/** Longer than the five steps take, and not longer than what befalls the cluster. */
const CONFIRMED_WITHIN_MS = seconds(20);

/** Which steps have ended. */
interface State {
  readonly orderId: string;
  readonly done: readonly string[];
}

/** Five steps, four of which can be undone, and the confirmation of the customer, who has some time for it. */
@Saga({ name: FULFILMENT })
export class FulfilmentSaga {
  @StartedBy(OrderPlaced, ({ orderId }) => orderId)
  start({ orderId }: OrderPlaced, saga: SagaContext<State>): void {
    saga.state = { orderId, done: [] };
    saga.send(new Reserve(orderId), { undo: new Release(orderId) });
    saga.timeout('confirmation', CONFIRMED_WITHIN_MS);
  }

  @OnResult(Reserve)
  reserved(by: string, saga: SagaContext<State>): void {
    const orderId = done(saga, by);
    saga.send(new ChargeOrder(orderId), { undo: new Refund(orderId) });
  }

  @OnResult(ChargeOrder)
  charged(by: string, saga: SagaContext<State>): void {
    const orderId = done(saga, by);
    saga.send(new PackOrder(orderId), { undo: new Unpack(orderId) });
  }

  @OnFailure(ChargeOrder)
  declined(error: Error, saga: SagaContext<State>): void {
    saga.compensate(error.message);
  }

  @OnResult(PackOrder)
  packed(by: string, saga: SagaContext<State>): void {
    const orderId = done(saga, by);
    saga.send(new Book(orderId), { undo: new Cancel(orderId) });
  }

  @OnResult(Book)
  booked(by: string, saga: SagaContext<State>): void {
    saga.send(new Notify(done(saga, by)));
  }

  @On(OrderConfirmed, ({ orderId }) => orderId)
  confirmed(_event: OrderConfirmed, saga: SagaContext<State>): void {
    saga.complete();
  }

  @OnTimeout('confirmation')
  late(saga: SagaContext<State>): void {
    saga.compensate(LATE);
  }
}

/** Notes a step. Returns the id of the order. */
function done(saga: SagaContext<State>, by: string): string {
  const { orderId, done: before } = saga.state;
  saga.state = { orderId, done: [...before, by] };
  return orderId;
}
