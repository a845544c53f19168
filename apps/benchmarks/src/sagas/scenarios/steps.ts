import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import { flow, FLOW, ON_NATS, ON_REDIS, sagaOnNats, sagaOnRedis } from './contenders.js';

const STEPS_EACH = 2;
const MANY = 1000;
const TIMES_FLOWS = 5;
/** A round ends when all that run have ended, and that takes longer than most other things that are measured. */
export const TIMES_AS_LONG = 4;

/** From the start of a process until whoever started it has heard of its end. */
function steps(inFlight: number): Scenario {
  const id = `steps-${inFlight}`;
  return {
    id,
    title: `processes of two steps, from their start until their end is known, ${inFlight} side by side`,
    async run(broker, effort) {
      const contenders = [flow, sagaOnNats, sagaOnRedis].map((of) => of({ kind: 'closed', inFlight }));
      const measured = await measure(contenders, broker, {
        ...effort,
        warmUpMs: effort.warmUpMs * TIMES_AS_LONG,
        roundMs: effort.roundMs * TIMES_AS_LONG,
      });
      const compared = { scenario: id, measured, other: FLOW };
      return {
        ...loadTable(measured, { unit: 'steps', reference: FLOW, each: STEPS_EACH }),
        remarks: ['Latencies are of whole processes, CPU of steps.'],
        verdicts:
          inFlight === MANY
            ? [ON_NATS, ON_REDIS].map((contender) => timesTheRate({ ...compared, contender }, TIMES_FLOWS))
            : [],
      };
    },
  };
}

export const STEPS: readonly Scenario[] = [1, MANY].map(steps);
