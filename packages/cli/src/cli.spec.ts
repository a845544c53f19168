import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TestTerminal } from './testing/terminal.fixture.js';
import { check, context } from './testing/output-schemas.fixture.js';

describe('the command line without a broker', () => {
  let terminal: TestTerminal;
  beforeEach(() => {
    terminal = new TestTerminal();
  });
  afterEach(() => terminal.folder.remove());
  const file = (): string => join(terminal.folder.path, 'catga', 'contexts.json');

  it('says what it can do, and what is wrong with its arguments', async () => {
    await expect(terminal.run('--help')).resolves.toMatchObject({ exitCode: 0 });
    for (const args of [
      ['frobnicate'],
      ['nodes', 'show'],
      ['nodes', 'ls', '--output', 'xml'],
      ['dlq', 'ls', '--since', 'x'],
    ])
      await expect(terminal.run(...args)).resolves.toMatchObject({ exitCode: 2, out: '' });
  });

  it('must know where the cluster is', async () => {
    for (const args of [[], ['--url', 'amqp://broker'], ['--url', 'redis://host:port']])
      await expect(terminal.run('nodes', 'ls', ...args)).resolves.toMatchObject({ exitCode: 2 });
    await expect(terminal.run('nodes', 'ls', '--context', 'nowhere')).resolves.toMatchObject({ exitCode: 3 });
  });

  it('ends with 1 when the broker is away, and check with UNKNOWN', async () => {
    const away = ['--url', 'nats://127.0.0.1:1'];
    await expect(terminal.run('subs', 'ls', ...away)).resolves.toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^CATGA_ENGINE_UNAVAILABLE: /) as unknown as string,
    });
    const { exitCode, out } = await terminal.run('check', 'lag', '--format', 'json', ...away);
    expect([exitCode, check.parse(JSON.parse(out)).state]).toEqual([3, 'UNKNOWN']);
  });

  it('saves contexts in a file of its user, and shows no passwords', async () => {
    await terminal.run('context', 'add', 'test', 'nats://user:secret@localhost:4222', '--namespace', 'shop');
    await terminal.run('context', 'add', 'prod', 'redis://:secret@localhost:6379');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const all = z.array(context).parse(await terminal.json('context', 'ls'));
    expect(all).toEqual([
      { name: 'test', url: 'nats://***@localhost:4222', namespace: 'shop', isSelected: true },
      { name: 'prod', url: 'redis://***@localhost:6379', namespace: 'catga', isSelected: false },
    ]);
    await expect(terminal.run('context', 'select', 'prod')).resolves.toMatchObject({ exitCode: 0 });
    const { out } = await terminal.run('context', 'ls');
    expect(out).toMatch(/\* +prod/);
    await expect(terminal.run('context', 'select', 'nowhere')).resolves.toMatchObject({ exitCode: 3 });
    await expect(terminal.run('context', 'add', 'bad', 'amqp://broker')).resolves.toMatchObject({
      exitCode: 2,
    });
  });

  it('says so when the file of contexts is broken', async () => {
    await terminal.run('context', 'add', 'test', 'nats://localhost');
    writeFileSync(file(), '{"contexts": 1}');
    await expect(terminal.run('context', 'ls')).resolves.toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(file()) as unknown as string,
    });
  });
});
