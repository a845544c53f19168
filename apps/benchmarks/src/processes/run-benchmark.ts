import { writeSection } from '../report/page.js';
import { plainTable, verdictTable } from '../report/terminal.js';
import type { Benchmark } from './benchmark.js';
import { readOptions, usageOf } from './options.js';
import type { RunOptions } from './options.js';
import type { Result } from './report/finding.js';

/** Does what the command line asks for; a failure is the exit code of the process. */
export async function runBenchmark(benchmark: Benchmark): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2), benchmark);
    if (options === undefined) console.log(usageOf(benchmark));
    else await run(benchmark, options);
  } catch (thrown) {
    console.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown);
    process.exitCode = 1;
  }
}

async function run(benchmark: Benchmark, { effort, only, writes }: RunOptions): Promise<void> {
  const { name, scenarios } = benchmark;
  const broker = await benchmark.startBroker();
  try {
    const results: Result[] = [];
    for (const scenario of scenarios.filter(({ id }) => only.length === 0 || only.includes(id))) {
      const finding = await scenario.run(broker, effort);
      results.push({ scenario, finding });
      console.log(
        [plainTable(scenario.title, finding.headings, finding.rows), ...finding.remarks].join('\n'),
      );
    }
    console.log(verdictTable(results.flatMap(({ finding }) => finding.verdicts)));
    if (writes) {
      const section = benchmark.section(results, broker.version, effort);
      console.log(`\nWritten to ${await writeSection(name, section)}`);
    }
  } finally {
    await broker.stop();
  }
}
