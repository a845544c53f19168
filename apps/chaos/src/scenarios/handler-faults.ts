import { KINDS, servicesOf } from '../promises/kinds.js';
import type { Scenario } from './scenario.js';
import type { Instruction } from '../messages/instruction.js';
import type { Fault } from '../promises/faults.js';

/** One message of each kind after the other, whose handlers follow an instruction when they first get it. */
function oneOfEach(fault: Fault, instruction: Instruction): Scenario {
  return {
    fault,
    async run({ stage, call, allDone }) {
      for (const kind of KINDS) {
        const deaths = stage.deaths + servicesOf(kind).length;
        await call([kind], { instruction });
        await stage.everyoneIsBack(deaths);
        // Or the next one would kill a node between the effect of this one and its record.
        await allDone();
      }
    },
  };
}

export const HANDLER_FAULTS: readonly Scenario[] = [
  oneOfEach('killed-before', 'die-before'),
  oneOfEach('killed-after', 'die-after'),
  {
    fault: 'throws',
    async run({ call }) {
      await call(KINDS, { instruction: 'throw' });
    },
  },
  {
    fault: 'hangs',
    async run({ call }) {
      await call(KINDS, { instruction: 'hang' });
    },
  },
];
