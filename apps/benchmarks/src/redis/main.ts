// Requests, events and records between processes over one redis-server: `npm run bench:redis`.
import { runBenchmark } from '../processes/run-benchmark.js';
import { startRedis } from './broker.js';
import { section } from './report/section.js';
import { SCENARIOS } from './scenarios/scenarios.js';

await runBenchmark({
  name: 'redis',
  scenarios: SCENARIOS,
  serverVariable: 'REDIS_URL',
  startBroker: startRedis,
  section,
});
