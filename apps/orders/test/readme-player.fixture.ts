import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, OrdersProcess } from './orders-process.fixture.js';
import { Ids, stepsOf, withoutChance } from './readme.fixture.js';
import type { Step } from './readme.fixture.js';
import { until } from './until.fixture.js';

/** The first start with PGlite is slow. */
const SLOW_MS = 240_000;
const execute = promisify(execFile);

const ids = new Ids();
/** Assignments of the page, which its later commands use. */
let assignments = '';
let orders: OrdersProcess | undefined;
let url = '';

/** A folder with a `curl` of our own, last on the path: for machines that have none. */
const tools = mkdtempSync(join(tmpdir(), 'orders-readme-'));
/** Where the page's `orders-data` is. */
const dataFolder = join(tools, 'data');
const path = `${process.env['PATH']}${delimiter}${tools}`;

async function start(commands: string): Promise<void> {
  if (orders?.isRunning === true) await pressCtrlC(orders);
  orders = OrdersProcess.run({ DATA_FOLDER: dataFolder }, commands);
  url = await orders.url();
}

/** Resolves when the shell, npm and the service have all ended; main.e2e.spec.ts looks at the exit status. */
async function pressCtrlC(running: OrdersProcess): Promise<void> {
  running.interrupt();
  await running.exited;
}

/** Runs commands of the page as they stand, but for the address and the ids. Resolves with the JSON they print. */
async function run(commands: string): Promise<unknown> {
  const script = ids.translate(commands).replaceAll('http://localhost:3000', url);
  for (const [assignment] of script.matchAll(/^\w+=\S+$/gm)) assignments += `${assignment}\n`;
  const env = { ...process.env, PATH: path };
  const { stdout } = await execute('sh', ['-c', assignments + script], { env });
  return JSON.parse(stdout);
}

/** What a read shows may follow from events that are still being handled, so it is looked at until it is as shown. */
async function runAndCompare(commands: string, shown: unknown): Promise<void> {
  const isRead = !/ -(X|d) /.test(commands);
  const expected = () => withoutChance(JSON.parse(ids.translate(JSON.stringify(shown))));
  const look = async (): Promise<unknown> => {
    const actual = await run(commands);
    ids.learn(shown, actual);
    return withoutChance(actual);
  };
  const isAsShown = (actual: unknown): boolean => JSON.stringify(actual) === JSON.stringify(expected());
  const actual = isRead ? await until(look, isAsShown).catch(look) : await look();
  expect(actual).toEqual(expected());
}

const PROCESS = /This is process (\d+)/;
const withoutProcess = (text: string): string => text.replace(PROCESS, 'This is process <number>');

async function follow(step: Step): Promise<void> {
  switch (step.kind) {
    case 'start':
      return start(step.commands);
    case 'log':
      for (const line of step.lines) {
        const expected = withoutProcess(
          ids
            .translate(line)
            .replace('http://localhost:3000', url)
            .replace('folder orders-data', `folder ${dataFolder}`),
        );
        await until(
          () => withoutProcess(orders?.log.replaceAll(/ {2,}/g, ' ') ?? ''),
          (log) => log.includes(expected),
        );
      }
      return;
    case 'kill': {
      const [, pid] = PROCESS.exec(orders?.log ?? '') ?? [];
      await execute('sh', ['-c', step.commands.replace(/\d+$/, pid ?? 'nobody')]);
      await orders?.exited;
      return;
    }
    case 'run': {
      const compared = runAndCompare(step.commands, step.reply);
      if (!step.interrupt) return compared;
      await until(
        async () => (await fetch(`${url}/health`)).text(),
        (text) => text.includes('"inFlight":1'),
      );
      const stopped = orders && pressCtrlC(orders);
      await compared;
      await stopped;
    }
  }
}

/** Steps of the README, before its section on a database or in it. */
export function stepsAbout(database: boolean): readonly Step[] {
  const page = new URL('../README.md', import.meta.url);
  const lines = readFileSync(page, 'utf8').split('\n');
  const from = lines.indexOf('## Keep the orders in a database');
  if (from < 0) throw new Error('The README has no section on a database.');
  return stepsOf(page).filter(({ line }) => line > from === database);
}

/** One case for each step: its commands do what the page shows. */
export function follows(steps: readonly Step[]): void {
  beforeAll(() => {
    build();
    const curl = fileURLToPath(new URL('curl.mjs', import.meta.url));
    writeFileSync(join(tools, 'curl'), `#!/bin/sh\nexec '${process.execPath}' '${curl}' "$@"\n`);
    chmodSync(join(tools, 'curl'), 0o755);
  }, SLOW_MS);

  afterAll(async () => {
    await orders?.kill();
    rmSync(tools, { recursive: true });
  });

  it.each(steps.map((step) => [step.line, step.kind, step] as const))(
    'is right in line %i: %s',
    async (_line, _kind, step) => follow(step),
    SLOW_MS,
  );
}

/** That steps have certain parts in their commands, and show what each answers. */
export function shows(steps: readonly Step[], parts: readonly string[]): void {
  const commands = steps.map((step) => (step.kind === 'log' ? '' : step.commands)).join('\n');
  for (const part of parts) expect(commands).toContain(part);
  for (const step of steps) if (step.kind === 'run') expect(step).toHaveProperty('reply');
}
