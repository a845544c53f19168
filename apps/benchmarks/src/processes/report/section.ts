import { describeEnvironment } from '../../report/environment.js';
import { environmentLine, table, targetsTable } from '../../report/markdown.js';
import type { Result } from './finding.js';

/** What the part of one benchmark begins and ends with. */
export interface SectionTexts {
  readonly heading: string;
  readonly introduction: string;
  /** The packages that ran. */
  readonly packages: readonly string[];
  /** The server, with its version. */
  readonly server: readonly [name: string, version: string];
  readonly method: string;
}

/** The part of one benchmark: targets, a table for each scenario, how it was measured. */
export function sectionOf(results: readonly Result[], texts: SectionTexts): string {
  const environment = describeEnvironment(texts.packages);
  return [
    `## ${texts.heading}`,
    texts.introduction,
    environmentLine({ ...environment, versions: [...environment.versions, texts.server] }),
    `### Targets\n\n${targetsTable(results.flatMap(({ finding }) => finding.verdicts))}`,
    ...results.map(({ scenario, finding }) =>
      [
        `### ${scenario.title}`,
        `\`--only ${scenario.id}\``,
        table(finding.headings, finding.rows),
        ...finding.remarks,
      ].join('\n\n'),
    ),
    texts.method,
  ].join('\n\n');
}
