// Rows and messages in one commit, on one PostgreSQL server: `npm run bench:sql`.
import { runBenchmark } from '../processes/run-benchmark.js';
import { startServers } from './broker.js';
import { section } from './report/section.js';
import { SCENARIOS } from './scenarios/scenarios.js';

await runBenchmark({
  name: 'sql',
  scenarios: SCENARIOS,
  serverVariable: 'NATS_URL',
  startBroker: startServers,
  section,
});
