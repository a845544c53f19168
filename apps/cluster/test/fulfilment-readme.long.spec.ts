import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stepsOf } from '../../orders/test/readme.fixture.js';
import type { Step } from '../../orders/test/readme.fixture.js';
import { BUILD_WITHIN_MS, buildCluster, ROOT } from './built-cluster.fixture.js';
import { until } from './faults/until.fixture.js';

const STEP_WITHIN_MS = 200_000;
const SAGAS = /Sagas run in process (\d+)/g;
const execute = promisify(execFile);

/** The steps of the section on the shop. */
function stepsOfShop(): readonly Step[] {
  const page = new URL('../README.md', import.meta.url);
  const lines = readFileSync(page, 'utf8').split('\n');
  const from = lines.indexOf('## A shop with a saga');
  const to = lines.findIndex((line, index) => index > from && line.startsWith('## '));
  return stepsOf(page).filter(({ line }) => line > from && line < to);
}

describe('the shop of README.md', () => {
  // A `curl` of our own, for machines that have none.
  const tools = mkdtempSync(join(tmpdir(), 'shop-readme-'));
  const env = {
    ...process.env,
    PATH: `${process.env['PATH']}${delimiter}${tools}`,
    NO_COLOR: '1',
    PORT: '0',
  };
  let shop: ChildProcess | undefined;
  let log = '';

  beforeAll(() => {
    buildCluster();
    const curl = fileURLToPath(new URL('../../orders/test/curl.mjs', import.meta.url));
    writeFileSync(join(tools, 'curl'), `#!/bin/sh\nexec '${process.execPath}' '${curl}' "$@"\n`);
    chmodSync(join(tools, 'curl'), 0o755);
  }, BUILD_WITHIN_MS);

  afterAll(async () => {
    rmSync(tools, { recursive: true });
    if (shop?.exitCode !== null || shop.signalCode !== null) return;
    const exited = once(shop, 'exit');
    shop.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  const url = (): Promise<string> =>
    until(() => {
      if (typeof shop?.exitCode === 'number') throw new Error(`The shop has ended:\n${log}`);
      return /The shop listens on (\S+)/.exec(log)?.[1];
    });
  const anyNumber = (line: string): string => line.replace(/process \d+/, 'process <number>');

  async function follow(step: Step): Promise<void> {
    switch (step.kind) {
      case 'start':
        // What `npm run fulfilment` starts once it has built.
        shop = spawn(process.execPath, ['apps/cluster/dist/shop/main.js'], { cwd: ROOT, env });
        for (const stream of [shop.stdout, shop.stderr])
          stream?.on('data', (chunk) => (log += String(chunk)));
        await url();
        return;
      case 'log': {
        const shown = step.lines.join('\n').replace('http://localhost:3000', await url());
        await until(() => anyNumbers(log).includes(anyNumbers(shown)));
        return;
      }
      case 'kill': {
        const pid = [...log.matchAll(SAGAS)].at(-1)?.[1] ?? 'nobody';
        await execute('sh', ['-c', step.commands.replace(/\d+$/, pid)]);
        return;
      }
      case 'run': {
        const script = step.commands.replaceAll('http://localhost:3000', await url());
        const run = async (): Promise<unknown> =>
          JSON.parse((await execute('sh', ['-c', script], { env })).stdout);
        let answer = await run();
        // What a read shows may follow from messages that are still on their way.
        if (!script.includes('-X POST')) {
          const shown = JSON.stringify(step.reply);
          await until(async () => JSON.stringify((answer = await run())) === shown);
        }
        expect(answer).toEqual(step.reply);
      }
    }
  }

  const anyNumbers = (text: string): string => text.split('\n').map(anyNumber).join('\n');

  it.each(stepsOfShop().map((step) => [step.line, step.kind, step] as const))(
    'is right in line %i: %s',
    async (_line, _kind, step) => follow(step),
    STEP_WITHIN_MS,
  );
});
