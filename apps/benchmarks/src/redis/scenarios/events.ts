import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import { catga, clientProxy, pubSub } from './contenders.js';

const id = 'events';
const CATGA_PUBLISH = 'Catga publish (QoS 0)';
const CLIENT_PROXY_EMIT = '@nestjs/microservices ClientProxy.emit';

export const EVENTS: Scenario = {
  id,
  title: 'publish: events to a handler in another process, until it has counted them',
  async run(broker, effort) {
    const load = { kind: 'events' } as const;
    const measured = await measure(
      [
        { ...clientProxy(load), name: CLIENT_PROXY_EMIT },
        pubSub(load),
        { ...catga(load), name: CATGA_PUBLISH },
      ],
      broker,
      effort,
    );
    const compared = { scenario: id, measured, contender: CATGA_PUBLISH, other: CLIENT_PROXY_EMIT };
    return {
      ...loadTable(measured, { unit: 'events', reference: CLIENT_PROXY_EMIT, hasLatency: false }),
      remarks: ['A thousand events are published, then the event loop has a turn.'],
      verdicts: [timesTheRate(compared, 10)],
    };
  },
};
