import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import { catga, QOS_1 } from './contenders.js';

const METERED = 'Catga send (QoS 1), Prometheus metrics';
const TRACED = 'Catga send (QoS 1), traces, 10 % sampled';

const scenario = 'telemetry-1000';

/** What traces and metrics cost. */
export const TELEMETRY: Scenario = {
  id: scenario,
  title: 'requests to another process with traces and metrics, 1000 in flight',
  async run(broker, effort) {
    const plain = catga({ kind: 'closed', inFlight: 1000 });
    const contenders = [
      plain,
      { ...plain, name: METERED, peer: 'metered' as const },
      { ...plain, name: TRACED, peer: 'traced' as const },
    ];
    const measured = await measure(contenders, broker, effort);
    return {
      ...loadTable(measured, { unit: 'requests', reference: QOS_1 }),
      remarks: [],
      verdicts: [
        timesTheRate({ scenario, measured, contender: METERED, other: QOS_1 }, 0.9),
        timesTheRate({ scenario, measured, contender: TRACED, other: QOS_1 }, 0.6),
      ],
    };
  },
};
