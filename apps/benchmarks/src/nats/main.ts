// Requests and events between processes over one nats-server: `npm run bench:nats`.
import { runBenchmark } from '../processes/run-benchmark.js';
import { startNats } from './broker.js';
import { section } from './report/section.js';
import { SCENARIOS } from './scenarios/scenarios.js';

await runBenchmark({
  name: 'nats',
  scenarios: SCENARIOS,
  serverVariable: 'NATS_URL',
  startBroker: startNats,
  section,
});
