// Event stores on one PostgreSQL server: `npm run bench:events`.
import { runBenchmark } from '../processes/run-benchmark.js';
import { startServer } from './broker.js';
import { section } from './report/section.js';
import { SCENARIOS } from './scenarios/scenarios.js';

await runBenchmark({
  name: 'events',
  scenarios: SCENARIOS,
  startBroker: startServer,
  section,
});
