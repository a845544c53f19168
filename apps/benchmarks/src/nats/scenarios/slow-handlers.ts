import { formatMillis } from '../../report/format.js';
import { atMost } from '../../report/verdict.js';
import { figure, measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { loadTable, named } from '../../processes/report/load-table.js';
import { catga, QOS_1, RAW, raw } from './contenders.js';

const HANDLER_MS = 10;
/** A timer of ten milliseconds ends in the eleventh, and a thousand answers take their time; a frame held back would double it. */
const ALLOWED_MS = 15;
const id = 'slow-handlers';

export const SLOW_HANDLERS: Scenario = {
  id,
  title: `handlers that take ${HANDLER_MS} ms, 1000 requests in flight`,
  async run(broker, effort) {
    const load = { kind: 'closed', inFlight: 1000 } as const;
    const contenders = [raw(load), catga(load)].map((contender) => ({
      ...contender,
      settings: { ...contender.settings, handlerMs: HANDLER_MS },
    }));
    const measured = await measure(contenders, broker, effort);
    const p50 = figure(named(measured, QOS_1), ({ result }) => result.p50Ms);
    return {
      ...loadTable(measured, { unit: 'requests', reference: RAW }),
      remarks: ['No more than 100,000 requests a second can be answered here.'],
      verdicts: [
        {
          target: `${id}: p50 of ${QOS_1}`,
          required: `≤ ${ALLOWED_MS} ms`,
          measured: `${formatMillis(p50.median)} ms`,
          verdict: atMost(p50, ALLOWED_MS),
        },
      ],
    };
  },
};
