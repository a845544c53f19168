import { Command } from '@catga/core';
import { inBatches } from '../measure/calls.js';
import type { Scenario } from '../measure/contender.js';

export const BATCH_SIZE = 1000;
const RAW_BATCH = 'Promise.all over Map look-up + async function';
export const COMMAND_BUS_BATCH = 'Promise.all over @nestjs/cqrs CommandBus.execute';
export const CATGA_BATCH = 'Catga sendBatch';

function messages<M>(next: (turn: number) => M, from: number, to: number): M[] {
  const batch: M[] = [];
  for (let turn = from; turn < to; turn++) batch.push(next(turn));
  return batch;
}

export const SEND_BATCH: Scenario = {
  id: 'send-batch',
  title: `sendBatch: ${BATCH_SIZE} commands at once, one message type`,
  unit: 'commands',
  reference: COMMAND_BUS_BATCH,
  contenders: {
    async [RAW_BATCH]() {
      const { rawHandlers } = await import('../apps/raw.js');
      const { send, next } = rawHandlers<Command<number>>(1, Command<number>);
      return {
        grain: BATCH_SIZE,
        run: (calls) =>
          inBatches(calls, BATCH_SIZE, (from, to) =>
            Promise.all(messages(next, from, to).map((message) => send(message))),
          ),
      };
    },
    async [COMMAND_BUS_BATCH]() {
      const { cqrsCommands } = await import('../apps/cqrs-app.js');
      const { bus, next, close } = await cqrsCommands(1);
      return {
        grain: BATCH_SIZE,
        run: (calls) =>
          inBatches(calls, BATCH_SIZE, (from, to) =>
            Promise.all(messages(next, from, to).map((command) => bus.execute(command))),
          ),
        close,
      };
    },
    async [CATGA_BATCH]() {
      const { catgaCommands } = await import('../apps/catga-app.js');
      const { mediator, next, close } = await catgaCommands({ types: 1 });
      return {
        grain: BATCH_SIZE,
        run: (calls) =>
          inBatches(calls, BATCH_SIZE, (from, to) => mediator.sendBatch(messages(next, from, to))),
        close,
      };
    },
  },
};
