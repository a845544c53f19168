import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('../../../../docs/reference/benchmarks.md', import.meta.url);

const HEAD = `# Benchmarks

Each part is written by the command that it names. Absolute figures are of one machine and one hour; the ratios within a
run are what to compare.
`;

/** The parts of the page, in its order: each benchmark writes its own and leaves the others as they are. */
const PARTS = ['local', 'nats', 'redis', 'lanes', 'sql', 'sagas', 'events', 'discovery'] as const;

/** Writes one part of the page of the documentation; resolves with where the page is. */
export async function writeSection(part: (typeof PARTS)[number], section: string): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  const sections = PARTS.map((each) => (each === part ? enclosed(each, section) : found(page, each)));
  await writeFile(PAGE, [HEAD, ...sections.filter((text) => text !== '')].join('\n'));
  return fileURLToPath(PAGE);
}

const begin = (part: string): string => `<!-- bench:${part} -->\n`;
const end = (part: string): string => `<!-- end of bench:${part} -->\n`;

function enclosed(part: string, section: string): string {
  return `${begin(part)}\n${section}\n\n${end(part)}`;
}

function found(page: string, part: string): string {
  const from = page.indexOf(begin(part));
  const to = page.indexOf(end(part));
  return from < 0 || to < 0 ? '' : page.slice(from, to) + end(part);
}
