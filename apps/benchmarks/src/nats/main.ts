// Requests and events between processes over one nats-server: `npm run bench:nats`.
import { plainTable, verdictTable } from '../report/terminal.js';
import { writeSection } from '../report/page.js';
import { startBroker } from './load/broker.js';
import { readOptions, USAGE } from './options.js';
import type { RunOptions } from './options.js';
import type { Result } from './report/finding.js';
import { section } from './report/section.js';
import { SCENARIOS } from './scenarios/scenarios.js';

async function run({ effort, only, writes }: RunOptions): Promise<void> {
  const broker = await startBroker();
  try {
    const results: Result[] = [];
    for (const scenario of SCENARIOS.filter(({ id }) => only.length === 0 || only.includes(id))) {
      const finding = await scenario.run(broker, effort);
      results.push({ scenario, finding });
      console.log(
        [plainTable(scenario.title, finding.headings, finding.rows), ...finding.remarks].join('\n'),
      );
    }
    console.log(verdictTable(results.flatMap(({ finding }) => finding.verdicts)));
    if (writes)
      console.log(`\nWritten to ${await writeSection('nats', section(results, broker.version, effort))}`);
  } finally {
    await broker.stop();
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else await run(options);
} catch (thrown) {
  console.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown);
  process.exitCode = 1;
}
