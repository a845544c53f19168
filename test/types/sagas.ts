import { Command } from '@catga/nestjs';
import { On, OnFailure, OnResult, OnTimeout, Saga, StartedBy, UpgradeState } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import { resultOf, sagaTest } from '@catga/testing/sagas';
import { CustomerSignedIn, OrderShipped } from './messages.js';

class Pack extends Command<{ readonly box: number }> {
  constructor(readonly orderId: string) {
    super();
  }
}

class Unpack extends Command {}

interface Shipment {
  readonly orderId: string;
  box: number;
}

@Saga({ name: 'shipments', version: 2 })
export class Shipments {
  @StartedBy(OrderShipped, (event) => event.orderId)
  start(event: OrderShipped, saga: SagaContext<Shipment>): void {
    saga.state = { orderId: event.orderId, box: 0 };
    saga.send(new Pack(event.orderId), { undo: new Unpack() });
  }

  @OnResult(Pack)
  async packed({ box }: { readonly box: number }, saga: SagaContext<Shipment>): Promise<void> {
    saga.state.box = box;
  }

  @OnFailure(Pack)
  notPacked(error: Error, saga: SagaContext<Shipment>): void {
    saga.compensate(error.message);
  }

  @OnTimeout('late')
  late(saga: SagaContext<Shipment>): void {
    saga.complete();
  }

  @UpgradeState(1)
  up(old: { readonly orderId: string }): Shipment {
    return { ...old, box: 0 };
  }

  // @ts-expect-error takes another event
  @On(CustomerSignedIn, (event) => event.customerId)
  anotherEvent(_event: OrderShipped, _saga: SagaContext<Shipment>): void {}

  // @ts-expect-error takes another result than that of the command
  @OnResult(Pack)
  anotherResult(_box: number, _saga: SagaContext<Shipment>): void {}

  // @ts-expect-error a failure is an error
  @OnFailure(Pack)
  notAnError(_error: string): void {}

  // @ts-expect-error a timeout brings nothing but the saga
  @OnTimeout('late')
  withMessage(_event: OrderShipped, _saga: SagaContext<Shipment>): void {}

  // @ts-expect-error the id of a saga is text
  @On(OrderShipped, (event) => event.orderId.length)
  numberedId(_event: OrderShipped): void {}

  // @ts-expect-error an event has no result
  @OnResult(OrderShipped)
  resultOfAnEvent(_result: unknown): void {}

  misuse(saga: SagaContext<Shipment>): void {
    // @ts-expect-error there is no such field
    saga.state.crate = 1;
    // @ts-expect-error a saga sends commands
    saga.send(new OrderShipped('o1'));
    // @ts-expect-error an undo is a command
    saga.send(new Unpack(), { undo: new OrderShipped('o1') });
  }
}

// @ts-expect-error a saga has a name
@Saga({})
export class Nameless {}

export const tests = [
  sagaTest(Shipments).when(resultOf(Pack, { box: 1 }), resultOf(Unpack)),
  // @ts-expect-error the result of Pack has a box
  sagaTest(Shipments).when(resultOf(Pack, { crate: 1 })),
  // @ts-expect-error Pack has a result
  sagaTest(Shipments).when(resultOf(Pack)),
];
