import {
  BookParcel,
  CardEntered,
  ChargeCard,
  OrderCheckedOut,
  RefundCard,
  ReleaseItem,
  ReserveItem,
} from '@catga/contracts';
import { On, OnFailure, OnResult, OnTimeout, Saga, StartedBy } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import { PaymentTerm } from './payment-term.js';

/** The name of its sagas. */
export const FULFILMENT = 'shop.fulfilment';

interface FulfilmentState {
  readonly orderId: string;
  readonly item: string;
  readonly isPaying: boolean;
}

/** Reserves, waits for a card, charges it, ships. What was done is undone when nobody pays or no carrier takes the parcel. */
@Saga({ name: FULFILMENT })
export class FulfilmentSaga {
  constructor(private readonly term: PaymentTerm) {}

  @StartedBy(OrderCheckedOut, ({ orderId }) => orderId)
  start({ orderId, item }: OrderCheckedOut, saga: SagaContext<FulfilmentState>): void {
    saga.state = { orderId, item, isPaying: false };
    saga.send(new ReserveItem(orderId, item), { undo: new ReleaseItem(orderId) });
    saga.timeout('payment', this.term.ms);
  }

  @On(CardEntered, ({ orderId }) => orderId)
  pay({ orderId }: CardEntered, saga: SagaContext<FulfilmentState>): void {
    if (saga.state.isPaying) return; // Entered twice, charged once.
    saga.state = { ...saga.state, isPaying: true };
    saga.send(new ChargeCard(orderId), { undo: new RefundCard(orderId) });
  }

  @OnTimeout('payment')
  late(saga: SagaContext<FulfilmentState>): void {
    if (!saga.state.isPaying) saga.compensate('not paid in time');
  }

  @OnResult(ChargeCard)
  ship(_result: void, saga: SagaContext<FulfilmentState>): void {
    saga.send(new BookParcel(saga.state.orderId, saga.state.item));
  }

  @OnFailure(BookParcel)
  notShipped(error: Error, saga: SagaContext<FulfilmentState>): void {
    saga.compensate(error.message);
  }

  @OnResult(BookParcel)
  shipped(_result: void, saga: SagaContext<FulfilmentState>): void {
    saga.complete();
  }
}
