import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stepsOf } from '../../orders/test/readme.fixture.js';
import type { Step } from '../../orders/test/readme.fixture.js';
import { until } from '../../orders/test/until.fixture.js';

/** The first start with PGlite is slow. */
const SLOW_MS = 240_000;
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LISTENING = /The bank listens on (\S+)\. This is process (\d+)/;

const execute = promisify(execFile);
const tools = mkdtempSync(join(tmpdir(), 'bank-readme-'));
const path = `${process.env['PATH']}${delimiter}${tools}`;

let bank: ChildProcess | undefined;
let url = '';
let pid = '';

async function start(commands: string): Promise<void> {
  const env = {
    ...process.env,
    NO_COLOR: '1',
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_FOLDER: join(tools, 'data'),
  };
  const child = spawn('sh', ['-c', commands], { cwd: ROOT, env, detached: true });
  bank = child;
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  const [, at = '', process_ = ''] = await until(
    () => LISTENING.exec(log) ?? [],
    (match) => match.length > 0 || child.exitCode !== null,
    SLOW_MS,
  );
  expect(log).toMatch(LISTENING);
  [url, pid] = [at, process_];
}

/** Runs commands of the page as they stand, but for the address. Resolves with the JSON they print. */
async function run(commands: string): Promise<unknown> {
  const script = commands.replaceAll('http://localhost:3000', url);
  const { stdout } = await execute('sh', ['-c', script], { env: { ...process.env, PATH: path } });
  return JSON.parse(stdout);
}

async function follow(step: Step): Promise<void> {
  switch (step.kind) {
    case 'start':
      return start(step.commands);
    case 'log': // Looked for by the start.
      return step.lines.forEach((line) => expect(line).toMatch(LISTENING));
    case 'kill': {
      const ended = bank && once(bank, 'close');
      await execute('sh', ['-c', step.commands.replace(/\d+$/, pid)]);
      await ended;
      return;
    }
    case 'run': {
      const isShown = (actual: unknown): boolean => JSON.stringify(actual) === JSON.stringify(step.reply);
      const isRead = !/ -(X|d) /.test(step.commands);
      // Read models are a moment behind.
      const look = (): Promise<unknown> => run(step.commands);
      expect(await (isRead ? until(look, isShown).catch(look) : look())).toEqual(step.reply);
    }
  }
}

beforeAll(() => {
  const curl = fileURLToPath(new URL('../../orders/test/curl.mjs', import.meta.url));
  writeFileSync(join(tools, 'curl'), `#!/bin/sh\nexec '${process.execPath}' '${curl}' "$@"\n`);
  chmodSync(join(tools, 'curl'), 0o755);
});

afterAll(async () => {
  const child = bank;
  if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'close');
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
  rmSync(tools, { recursive: true });
});

describe('README.md of the bank', () => {
  const steps = stepsOf(new URL('../README.md', import.meta.url));

  it.each(steps.map((step) => [step.line, step.kind, step] as const))(
    'is right in line %i: %s',
    async (_line, _kind, step) => follow(step),
    SLOW_MS,
  );

  it('has shown everything it promises', () => {
    const commands = steps.map((step) => (step.kind === 'log' ? '' : step.commands)).join('\n');
    for (const part of ['start:events', 'kill -9', '/versions/', '/rebuild', '?after=', '/statement'])
      expect(commands).toContain(part);
    for (const step of steps) if (step.kind === 'run') expect(step).toHaveProperty('reply');
  });
});
