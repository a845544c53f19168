import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import { catga, CLIENT_PROXY, clientProxy, RAW, raw } from './contenders.js';

const SIZE = 1000;
const id = 'batches';
const CATGA_BATCH = 'Catga sendBatch (QoS 1)';
const RAW_ALL = `Promise.all over ${RAW}`;
const CLIENT_PROXY_ALL = `Promise.all over ${CLIENT_PROXY}`;

export const BATCHES: Scenario = {
  id,
  title: `sendBatch: ${SIZE} commands at once to another process, one batch after the other`,
  async run(broker, effort) {
    const load = { kind: 'batches', size: SIZE } as const;
    const measured = await measure(
      [
        { ...raw(load), name: RAW_ALL },
        { ...clientProxy(load), name: CLIENT_PROXY_ALL },
        { ...catga(load), name: CATGA_BATCH },
      ],
      broker,
      effort,
    );
    const compared = { scenario: id, measured, contender: CATGA_BATCH };
    return {
      ...loadTable(measured, { unit: 'commands', reference: RAW_ALL }),
      remarks: ['Latencies are those of whole batches.'],
      verdicts: [
        timesTheRate({ ...compared, other: RAW_ALL }, 8),
        timesTheRate({ ...compared, other: CLIENT_PROXY_ALL }, 10),
      ],
    };
  },
};
