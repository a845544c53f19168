import { Command } from '@catga/nestjs';
import { DecisionHandler, EventStream, Evolve, decided } from '@catga/event-sourcing';
import { decisionTest } from '@catga/testing/event-sourcing';
import { CustomerSignedIn, OrderShipped } from './messages.js';

class Pack extends Command<{ readonly box: number }> {
  constructor(readonly orderId: string) {
    super();
  }
}

@EventStream({ name: 'shipment' })
class Shipment {
  box = 0;

  @Evolve(OrderShipped)
  shipped(_event: OrderShipped): void {}

  // @ts-expect-error takes another event
  @Evolve(CustomerSignedIn)
  anotherEvent(_event: OrderShipped): void {}
}

@DecisionHandler(Pack, { stream: Shipment, id: (command) => command.orderId })
export class PackHandler {
  async decide(command: Pack, { box }: Shipment) {
    return decided([new OrderShipped(command.orderId, 'post')], { box });
  }
}

// @ts-expect-error the result of Pack has a box
@DecisionHandler(Pack, { stream: Shipment, id: (command) => command.orderId })
export class WrongResult {
  decide(_command: Pack, _shipment: Shipment) {
    return decided([], { crate: 1 });
  }
}

// @ts-expect-error Pack has a result
@DecisionHandler(Pack, { stream: Shipment, id: (command) => command.orderId })
export class NoResult {
  decide() {
    return decided([]);
  }
}

// @ts-expect-error a decision is what decided() returns
@DecisionHandler(Pack, { stream: Shipment, id: (command) => command.orderId })
export class NoDecision {
  decide() {
    return { box: 1 };
  }
}

// @ts-expect-error takes another state
@DecisionHandler(Pack, { stream: Shipment, id: (command) => command.orderId })
export class AnotherState {
  decide(_command: Pack, state: PackHandler) {
    return decided([state], { box: 1 });
  }
}

// @ts-expect-error an event is not decided
DecisionHandler(OrderShipped, { stream: Shipment, id: () => 'a' });
// @ts-expect-error there is no such field
DecisionHandler(Pack, { stream: Shipment, id: (command) => command.crate });
// @ts-expect-error a stream has a name
EventStream({});

export const tests = [
  decisionTest(new PackHandler()).when(new Pack('o1')).thenResult({ box: 1 }),
  // @ts-expect-error the result of Pack has a box
  decisionTest(new PackHandler()).when(new Pack('o1')).thenResult({ crate: 1 }),
];
