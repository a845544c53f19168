// Long processes, on NATS, on Redis and beside their peers: `npm run bench:sagas`.
import { runBenchmark } from '../processes/run-benchmark.js';
import { startServers } from './broker.js';
import { section } from './report/section.js';
import { SCENARIOS } from './scenarios/scenarios.js';

await runBenchmark({ name: 'sagas', scenarios: SCENARIOS, startBroker: startServers, section });
