import { Command } from '@catga/core';
import type { CatgaRequests } from '../apps/catga-app.js';
import { oneAtATime } from '../measure/calls.js';
import type { Contender, ContenderFactory, Scenario } from '../measure/contender.js';

export const RAW = 'Map look-up + async function (the limit)';
export const RAW_COUNTED = 'the limit, counting what runs by .then()';
export const COMMAND_BUS = '@nestjs/cqrs CommandBus.execute';
export const CATGA_SEND = 'Catga send';
export const CATGA_PASS_THROUGH = 'Catga send, 3 behaviors that return next()';

const DEADLINE = { timeoutMs: 30_000 };

/** Commands to async handlers, one at a time. */
function contenders(types: number): Readonly<Record<string, ContenderFactory>> {
  return {
    async [RAW]() {
      const { rawHandlers } = await import('../apps/raw.js');
      const { send, next } = rawHandlers<Command<number>>(types, Command<number>);
      return { run: (calls) => oneAtATime(calls, (turn) => send(next(turn))) };
    },
    async [RAW_COUNTED]() {
      const { countedHandlers } = await import('../apps/raw.js');
      const { send, next } = countedHandlers<Command<number>>(types, Command<number>);
      return { run: (calls) => oneAtATime(calls, (turn) => send(next(turn))) };
    },
    async [COMMAND_BUS]() {
      const { cqrsCommands } = await import('../apps/cqrs-app.js');
      const { bus, next, close } = await cqrsCommands(types);
      return { run: (calls) => oneAtATime(calls, (turn) => bus.execute(next(turn))), close };
    },
    async '@nestjs/cqrs QueryBus.execute'() {
      const { cqrsQueries } = await import('../apps/cqrs-app.js');
      const { bus, next, close } = await cqrsQueries(types);
      return { run: (calls) => oneAtATime(calls, (turn) => bus.execute(next(turn))), close };
    },
    async 'mediatr-ts send'() {
      const { mediatrRequests } = await import('../apps/mediatr.js');
      const { mediator, next } = mediatrRequests(types);
      return { run: (calls) => oneAtATime(calls, (turn) => mediator.send(next(turn))) };
    },
    async 'Moleculer local call'() {
      const { moleculerActions } = await import('../apps/moleculer.js');
      const { broker, actions, close } = await moleculerActions(types);
      const name = (turn: number) => actions[turn % actions.length] ?? '';
      return {
        run: (calls) => oneAtATime(calls, (turn) => broker.call(name(turn), { n: turn })),
        close,
      };
    },
    [CATGA_SEND]: () => plainSend({ types }),
    [CATGA_PASS_THROUGH]: () => plainSend({ types, passing: 'through' }),
    'Catga send, 3 behaviors that await next()': () => plainSend({ types, passing: 'awaiting' }),
    'Catga send, handler takes the context': () => plainSend({ types, withContext: true }),
    async 'Catga send, timeoutMs'() {
      const { catgaCommands } = await import('../apps/catga-app.js');
      const { mediator, next, close } = await catgaCommands({ types });
      return { run: (calls) => oneAtATime(calls, (turn) => mediator.send(next(turn), DEADLINE)), close };
    },
    async 'Catga send, messageId (idempotent)'() {
      const { catgaCommands } = await import('../apps/catga-app.js');
      const { mediator, next, close } = await catgaCommands({ types });
      let id = 0;
      const send = (turn: number) => mediator.send(next(turn), { messageId: `request-${id++}` });
      return { run: (calls) => oneAtATime(calls, send), close };
    },
  };
}

async function plainSend(requests: CatgaRequests): Promise<Contender> {
  const { catgaCommands } = await import('../apps/catga-app.js');
  const { mediator, next, close } = await catgaCommands(requests);
  return { run: (calls) => oneAtATime(calls, (turn) => mediator.send(next(turn))), close };
}

export const SEND_ONE_TYPE: Scenario = {
  id: 'send-1',
  title: 'send: a command to an async handler, one message type',
  unit: 'calls',
  reference: COMMAND_BUS,
  contenders: contenders(1),
};

export const SEND_FIFTY_TYPES: Scenario = {
  id: 'send-50',
  title: 'send: a command to an async handler, fifty message types in turn',
  unit: 'calls',
  reference: COMMAND_BUS,
  contenders: contenders(50),
};
