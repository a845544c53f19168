import { Handled, oneAtATime } from '../measure/calls.js';
import type { Contender, Scenario } from '../measure/contender.js';

export const EVENT_BUS = '@nestjs/cqrs EventBus.publish';
export const CATGA_PUBLISH = 'Catga publish (QoS 0)';

/** Publishes one at a time; a round ends when every handler has counted every event. */
function publishing(
  handlers: number,
  handled: Handled,
  publish: (turn: number) => unknown,
  close: () => Promise<void>,
): Contender {
  return {
    async run(calls) {
      const expected = handled.count + calls * handlers;
      await oneAtATime(calls, publish);
      await handled.reaches(expected);
    },
    close,
  };
}

function scenario(handlers: number): Scenario {
  return {
    id: `publish-${handlers}`,
    title: `publish: an event to ${handlers === 1 ? 'one async handler' : `${handlers} async handlers`}, QoS 0`,
    unit: 'events',
    reference: EVENT_BUS,
    contenders: {
      async [EVENT_BUS]() {
        const { cqrsEvents } = await import('../apps/cqrs-app.js');
        const handled = new Handled();
        const { bus, next, close } = await cqrsEvents(handlers, handled);
        return publishing(handlers, handled, (turn) => bus.publish(next(turn)) as unknown, close);
      },
      async '@nestjs/event-emitter emitAsync'() {
        const { emitterEvents } = await import('../apps/emitter-app.js');
        const handled = new Handled();
        const { emitter, next, close } = await emitterEvents(handlers, handled);
        return publishing(handlers, handled, (turn) => emitter.emitAsync('benchmark', next(turn)), close);
      },
      async '@nestjs/event-emitter emit'() {
        const { emitterEvents } = await import('../apps/emitter-app.js');
        const handled = new Handled();
        const { emitter, next, close } = await emitterEvents(handlers, handled);
        return publishing(handlers, handled, (turn) => emitter.emit('benchmark', next(turn)), close);
      },
      async [CATGA_PUBLISH]() {
        const { catgaEvents } = await import('../apps/catga-app.js');
        const handled = new Handled();
        const { mediator, next, close } = await catgaEvents(handlers, handled);
        return publishing(handlers, handled, (turn) => mediator.publish(next(turn)), close);
      },
    },
  };
}

export const PUBLISH_TO_ONE = scenario(1);
export const PUBLISH_TO_THREE = scenario(3);
