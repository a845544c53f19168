import { measure } from '../measure/interleaved.js';
import type { Report, Result } from '../report/report.js';
import { localSection } from '../report/local-section.js';
import { writeSection } from '../report/page.js';
import { judge } from '../report/targets.js';
import { resultTable, uniquenessLine, verdictTable } from '../report/terminal.js';
import { proveUnique } from './ids-unique.js';
import { IDS_UNIQUE, readOptions, USAGE } from './options.js';
import type { RunOptions } from './options.js';
import { SCENARIOS } from './scenarios.js';

async function run({ effort, only, uniqueIds, writes }: RunOptions): Promise<void> {
  const isWanted = (id: string): boolean => only.length === 0 || only.includes(id);
  const results: Result[] = [];
  for (const scenario of SCENARIOS.filter(({ id }) => isWanted(id))) {
    const result = { scenario, rows: await measure(scenario, effort) };
    results.push(result);
    console.log(resultTable(result));
  }
  const uniqueness = isWanted(IDS_UNIQUE) ? proveUnique(uniqueIds) : undefined;
  if (uniqueness !== undefined) console.log(uniquenessLine(uniqueness));
  const report: Report = { results, uniqueness };
  const verdicts = judge(report);
  console.log(verdictTable(verdicts));
  if (writes)
    console.log(`\nWritten to ${await writeSection('local', localSection(report, verdicts, effort))}`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else await run(options);
} catch (thrown) {
  console.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown);
  process.exitCode = 1;
}
