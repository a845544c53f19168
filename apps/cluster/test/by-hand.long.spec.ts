import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort, LOOPBACK, NatsServer } from '@catga/servers';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readNodeSettings } from '../src/node/node-settings.js';
import { BUILD_WITHIN_MS, buildCluster, ROOT } from './built-cluster.fixture.js';
import { until } from './faults/until.fixture.js';

const WITHIN_MS = 180_000;

const running: ChildProcess[] = [];
let broker: NatsServer;
beforeAll(async () => {
  buildCluster();
  broker = await NatsServer.spawn();
}, BUILD_WITHIN_MS);
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await broker.stop();
});

/** A command of the page, on another broker and port. Resolves once the node says that it is up. */
async function run(command: string, port: number): Promise<ChildProcess> {
  const [program = '', ...args] = command.split(' ');
  const child = spawn(program, [...args, `--nats=${broker.url}`, `--port=${port}`], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  await until(() => said.includes('is up on the nats engine') || child.exitCode !== null);
  expect(said).not.toMatch(/WARN|ERROR/);
  expect(child.exitCode).toBeNull();
  return child;
}

it(
  'the processes of the main page find each other when they are started by hand, and stop on SIGTERM',
  async () => {
    const page = readFileSync(`${ROOT}README.md`, 'utf8');
    const commands = page.match(/^node apps\/cluster\/dist\/\S+$/gm) ?? [];
    expect(commands).toHaveLength(2);
    const [, path = ''] =
      /^curl -X POST localhost:3000(\/\S+) -H 'idempotency-key: first'$/m.exec(page) ?? [];
    const port = await freePort();
    const children = await Promise.all(commands.map((command) => run(command, port)));
    const send = async (): Promise<unknown> => {
      const headers = { 'idempotency-key': 'first' };
      return (await fetch(`http://${LOOPBACK}:${port}${path}`, { method: 'POST', headers })).json();
    };
    // A node is up a moment before it listens for HTTP, and the gateway may have come before the other.
    const early = (): Promise<unknown> => send().catch(() => ({}));
    await until(async () => 'runId' in ((await early()) as object));
    const receipt = await send();
    expect(receipt).toEqual({ runId: expect.stringMatching(/^orders-1\//) as unknown });
    expect(await send()).toEqual(receipt);
    const exits = children.map((child) => once(child, 'exit'));
    for (const child of children) child.kill('SIGTERM');
    expect(await Promise.all(exits)).toEqual([
      [0, null],
      [0, null],
    ]);
  },
  WITHIN_MS,
);

it('by hand, NATS is looked for where docker-compose.yml publishes it', () => {
  const compose = readFileSync(`${ROOT}docker-compose.yml`, 'utf8');
  const [, port] = /^ {2}nats:\n(?: {4}.*\n)*? {6}- '(\d+):4222'$/m.exec(compose) ?? [];
  expect(readNodeSettings('orders-1', []).brokerUrl).toBe(`nats://localhost:${port}`);
  expect(compose).toContain('--jetstream');
});
