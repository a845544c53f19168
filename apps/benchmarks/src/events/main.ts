// Event stores on PostgreSQL and on NATS: `npm run bench:events`.
import { runBenchmark } from '../processes/run-benchmark.js';
import { startServers } from './broker.js';
import { section } from './report/section.js';
import { SCENARIOS } from './scenarios/scenarios.js';

await runBenchmark({
  name: 'events',
  scenarios: SCENARIOS,
  startBroker: startServers,
  section,
});
