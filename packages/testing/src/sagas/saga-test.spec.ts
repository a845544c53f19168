import 'reflect-metadata';
import { AssertionError } from 'node:assert';
import { describe, expect, it } from '@jest/globals';
import { Command, ReliableEvent } from '@catga/nestjs';
import { On, OnFailure, OnResult, OnTimeout, Saga, StartedBy, minutes } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import { deadLetterOf, everyOrder, later, refusalOf, resultOf, sagaTest } from '../sagas.js';
import type { SagaTest } from '../sagas.js';

@ReliableEvent()
class OrderPlaced {
  constructor(readonly orderId: string) {}
}

@ReliableEvent()
class Paid {
  constructor(readonly orderId: string) {}
}

@ReliableEvent()
class Done {
  constructor(readonly orderId: string) {}
}

class Reserve extends Command<{ shelf: string }> {
  constructor(readonly orderId: string) {
    super();
  }
}

class Release extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

class Charge extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

class Refund extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

interface State {
  readonly orderId: string;
  isPaid: boolean;
  shelf: string | null;
}

@Saga({ name: 'shop' })
class Fulfilment {
  constructor(private readonly patience = minutes(15)) {}

  @StartedBy(OrderPlaced, (event) => event.orderId)
  start({ orderId }: OrderPlaced, saga: SagaContext<State>): void {
    saga.state = { orderId, isPaid: false, shelf: null };
    saga.send(new Reserve(orderId), { undo: new Release(orderId) });
    saga.timeout('payment', this.patience);
  }

  @OnResult(Reserve)
  async reserved({ shelf }: { shelf: string }, saga: SagaContext<State>): Promise<void> {
    await Promise.resolve();
    saga.state.shelf = shelf;
    saga.send(new Charge(saga.state.orderId), { undo: new Refund(saga.state.orderId) });
    this.end(saga);
  }

  @OnFailure(Charge)
  declined(error: Error, saga: SagaContext<State>): void {
    saga.compensate(error.message);
  }

  @On(Paid, (event) => event.orderId)
  paid(_: Paid, saga: SagaContext<State>): void {
    saga.state.isPaid = true;
    this.end(saga);
  }

  @OnTimeout('payment')
  late(saga: SagaContext<State>): void {
    if (!saga.state.isPaid) saga.compensate('late');
  }

  private end(saga: SagaContext<State>): void {
    const { isPaid, shelf, orderId } = saga.state;
    if (!isPaid || shelf === null) return;
    saga.publish(new Done(orderId));
    saga.complete();
  }
}

/** Reserves twice. */
@Saga({ name: 'twice' })
class Twice {
  @StartedBy(OrderPlaced, (event) => event.orderId)
  start({ orderId }: OrderPlaced, saga: SagaContext<{ shelves: number }>): void {
    saga.state = { shelves: 0 };
    for (let time = 0; time < 2; time++) saga.send(new Reserve(orderId));
  }

  @OnResult(Reserve)
  reserved(_: { shelf: string }, saga: SagaContext<{ shelves: number }>): void {
    saga.state.shelves += 1;
    if (saga.state.shelves === 2) saga.complete();
  }
}

@Saga({ name: 'small', maxBytes: 500 })
class Small extends Fulfilment {}

const placed = new OrderPlaced('o1');
const paid = new Paid('o1');
const shelf = { shelf: 'A1' };

describe('sagaTest', () => {
  it('compares what a saga sends and stores', async () => {
    await sagaTest(Fulfilment)
      .when(placed)
      .thenSends(new Reserve('o1'))
      .thenState({ orderId: 'o1', isPaid: false, shelf: null })
      .when(resultOf(Reserve, shelf))
      .thenSends(new Charge('o1'))
      .when(placed)
      .thenSends()
      .when(resultOf(Charge), paid)
      .thenSends(new Done('o1'))
      .thenStatus('completed')
      .thenState((state) => expect(state).toMatchObject({ isPaid: true }));
  });

  it('moves time, and undoes', async () => {
    await sagaTest(Fulfilment)
      .given(placed, resultOf(Reserve, shelf), resultOf(Charge))
      .when(later(minutes(15) - 1))
      .thenSends()
      .when(later(1))
      .thenSends(new Refund('o1'), new Release('o1'))
      .thenStatus('compensated', 'late');
    await sagaTest(Fulfilment, { instance: new Fulfilment(1000) })
      .given(placed)
      .when(later(1000))
      .thenStatus('compensating')
      .when(resultOf(Reserve, shelf))
      .thenSends(new Release('o1'))
      .thenStatus('compensated', 'late');
  });

  it('tells a refusal from a dead letter, which may have had an effect', async () => {
    const charging = [placed, resultOf(Reserve, shelf)];
    await sagaTest(Fulfilment)
      .given(...charging)
      .when(refusalOf(Charge, new Error('no money')))
      .thenSends(new Release('o1'))
      .thenStatus('compensated', 'no money');
    await sagaTest(Fulfilment)
      .given(...charging)
      .when(deadLetterOf(Charge, new Error('no bank')))
      .thenSends(new Refund('o1'), new Release('o1'));
    await sagaTest(Fulfilment, { undoSucceeds: false })
      .given(...charging, deadLetterOf(Charge, new Error('no bank')))
      .when(refusalOf(Refund, new Error('closed')))
      .thenStatus('stuck', 'Refund failed: closed');
  });

  it('plays every order, with repetitions', async () => {
    let orders = 0;
    for (const order of everyOrder([placed, paid, resultOf(Reserve, shelf)], { duplicates: true })) {
      orders += 1;
      await sagaTest(Fulfilment)
        .given(...order)
        .thenStatus('completed')
        .thenState({ orderId: 'o1', isPaid: true, shelf: 'A1' });
    }
    expect(orders).toBe(90);
  });

  it('takes an outcome that comes again for a repetition, and not for that of another command', async () => {
    const reserved = resultOf(Reserve, shelf);
    for (const order of everyOrder([placed, reserved], { duplicates: true }))
      await sagaTest(Fulfilment)
        .given(...order)
        .thenStatus('running')
        .thenState({ orderId: 'o1', isPaid: false, shelf: 'A1' });
    await sagaTest(Twice)
      .given(placed, reserved)
      .when(reserved)
      .thenStatus('running')
      .when(resultOf(Reserve, shelf))
      .thenStatus('completed');
  });

  it('fails where no cluster would take an id, a timeout or the size of what is stored', async () => {
    const cases: readonly [() => SagaTest, string][] = [
      [() => sagaTest(Fulfilment).when(new OrderPlaced('')), 'CATGA_VALIDATION_FAILED'],
      [() => sagaTest(Fulfilment).when(new OrderPlaced(undefined as never)), 'CATGA_VALIDATION_FAILED'],
      [() => sagaTest(Fulfilment, { instance: new Fulfilment(NaN) }).when(placed), 'CATGA_CONFIGURATION'],
      [() => sagaTest(Small).when(new OrderPlaced('x'.repeat(200))), 'CATGA_PAYLOAD_TOO_LARGE'],
    ];
    for (const [test, code] of cases) await expect(Promise.resolve(test())).rejects.toMatchObject({ code });
  });

  it('fails where the saga does something else, and where something can never happen', async () => {
    const failing = [
      sagaTest(Fulfilment).when(placed).thenSends(new Reserve('o2')),
      sagaTest(Fulfilment).when(placed).thenSends(new Release('o1')),
      sagaTest(Fulfilment).when(placed).thenState({}),
      sagaTest(Fulfilment).when(placed).thenStatus('completed'),
      sagaTest(Fulfilment).when(placed).thenNothing(),
      sagaTest(Fulfilment).when(paid).thenSends(),
      sagaTest(Fulfilment).when(placed, resultOf(Charge)).thenStatus('running'),
      sagaTest(Fulfilment).when(placed, new Paid('o2')).thenStatus('running'),
      sagaTest(Fulfilment).when(new Done('o1')),
    ];
    for (const [index, test] of failing.entries()) {
      const outcome = await test.then(
        () => `passed: ${index}`,
        (thrown: unknown) => thrown,
      );
      expect(outcome).toBeInstanceOf(AssertionError);
    }
    await sagaTest(Fulfilment).when(paid).thenNothing();
    class None {}
    expect(() => sagaTest(None)).toThrow('None is not a saga');
  });
});

describe('everyOrder', () => {
  it('has all permutations, each once', () => {
    const orders = [...everyOrder(['a', 'b', 'c'])].map((order) => order.join(''));
    expect(orders).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    const twice = [...everyOrder(['a', 'b'], { duplicates: true })].map((order) => order.join(''));
    expect(twice).toEqual(['aabb', 'abab', 'abba', 'baab', 'baba', 'bbaa']);
    expect(new Set([...everyOrder(['a', 'b', 'c', 'd'], { duplicates: true })].map(String)).size).toBe(2520);
  });

  it('refuses what would take minutes', () => {
    expect(() => everyOrder([1, 2, 3, 4, 5, 6, 7, 8])).toThrow('8 messages have 40320 orders');
    expect(() => everyOrder([1, 2, 3, 4, 5], { duplicates: true })).toThrow('use fewer');
  });
});
