import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { TestTerminal } from './testing/terminal.fixture.js';
import { documentOf, EMPTY } from './contracts/contract-documents.fixture.js';
import { check, context, contractChange } from './testing/output-schemas.fixture.js';

describe('the command line without a broker', () => {
  let terminal: TestTerminal;
  beforeEach(() => {
    terminal = new TestTerminal();
  });
  afterEach(() => terminal.folder.remove());
  const file = (): string => join(terminal.folder.path, 'catga', 'contexts.json');
  const write = (name: string, text: string): string => {
    const path = join(terminal.folder.path, name);
    writeFileSync(path, text);
    return path;
  };

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
      {
        name: 'test',
        url: 'nats://***@localhost:4222',
        namespace: 'shop',
        login: 'in the address',
        isSelected: true,
      },
      {
        name: 'prod',
        url: 'redis://***@localhost:6379',
        namespace: 'catga',
        login: 'in the address',
        isSelected: false,
      },
    ]);
    await expect(terminal.run('context', 'select', 'prod')).resolves.toMatchObject({ exitCode: 0 });
    const { out } = await terminal.run('context', 'ls');
    expect(out).toMatch(/\* +prod/);
    await expect(terminal.run('context', 'select', 'nowhere')).resolves.toMatchObject({ exitCode: 3 });
    await expect(terminal.run('context', 'add', 'bad', 'amqp://broker')).resolves.toMatchObject({
      exitCode: 2,
    });
  });

  it('saves credentials with a context, and shows that there are some', async () => {
    const away = 'nats://127.0.0.1:1';
    await terminal.run('context', 'add', 'user', away, '--user', 'ann', '--password', 'secret');
    await terminal.run('context', 'add', 'file', away, '--creds', 'ann.creds', '--tls-ca', 'ca.pem');
    const all = z.array(context).parse(await terminal.json('context', 'ls'));
    expect(all.map(({ login }) => login)).toEqual(['user ann', 'credentials file']);
    expect(JSON.stringify(all)).not.toContain('secret');
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({
      contexts: {
        user: { user: 'ann', password: 'secret' },
        file: { creds: resolve('ann.creds'), tlsCa: resolve('ca.pem') },
      },
    });
    const { exitCode, out, err } = await terminal.run('nodes', 'ls', '--context', 'user');
    expect([exitCode, `${out}${err}`.includes('secret')]).toEqual([1, false]);
  });

  it('refuses credentials that do not fit', async () => {
    for (const args of [
      ['redis://localhost', '--token', 'secret'],
      ['redis://localhost', '--tls-ca', 'nowhere.pem'],
      ['nats://localhost', '--user', 'ann'],
      ['nats://localhost', '--tls-cert', 'ann.pem'],
      ['nats://localhost', '--serializer', 'xml'],
    ]) {
      const { exitCode, err } = await terminal.run('context', 'add', 'test', ...args);
      expect([exitCode, err.includes('secret')]).toEqual([2, false]);
    }
  });

  it('says so when the file of contexts is broken', async () => {
    await terminal.run('context', 'add', 'test', 'nats://localhost');
    writeFileSync(file(), '{"contexts": 1}');
    await expect(terminal.run('context', 'ls')).resolves.toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(file()) as unknown as string,
    });
  });

  describe('contracts diff', () => {
    it('ends with 1 for what breaks, and says which, and with 0 for the rest', async () => {
      const [old, lower, none] = [
        write('old.json', documentOf()),
        write('lower.json', documentOf({ qos: 0 })),
        write('none.json', EMPTY),
      ];
      const diff = await terminal.run('contracts', 'diff', old, lower, '--output', 'json');
      expect(z.array(contractChange).parse(JSON.parse(diff.out))).toEqual([
        { message: 'orders.place.v1', code: 'qos-lowered', isBreaking: true, text: 'QoS 1 is now QoS 0.' },
      ]);
      expect(diff.exitCode).toBe(1);
      await expect(terminal.run('contracts', 'diff', none, old)).resolves.toMatchObject({
        exitCode: 0,
        out: expect.stringMatching(/ok +orders\.place\.v1 +message-added/) as unknown,
      });
      await expect(terminal.run('contracts', 'diff', old, old)).resolves.toMatchObject({ exitCode: 0 });
    });

    it('says what is no document', async () => {
      const bad = write('bad.json', '{"asyncapi":"3.1.0","operations":{},"components":{"schemas":{}}}');
      await expect(terminal.run('contracts', 'diff', bad, bad)).resolves.toMatchObject({
        exitCode: 2,
        err: expect.stringContaining('components.messages') as unknown,
      });
      await expect(terminal.run('contracts', 'diff', bad, 'nowhere.json')).resolves.toMatchObject({
        exitCode: 2,
      });
      await expect(terminal.run('contracts', 'diff', 'nowhere.json', bad)).resolves.toMatchObject({
        exitCode: 3,
      });
    });
  });

  describe('a description', () => {
    const app = fileURLToPath(new URL('testing/described-app.fixture.ts', import.meta.url));

    it('writes a document of AsyncAPI, a table or a chart of an application, by its code', async () => {
      const document = await terminal.json('describe', app, '--app-version', '7.0.0');
      expect(document).toMatchObject({
        asyncapi: '3.1.0',
        info: { title: 'bakery', version: '7.0.0' },
        channels: { 'bakery.bake.v1': { address: 'bakery.bake.v1' } },
      });
      await expect(terminal.json('describe', app, '--service', 'oven')).resolves.toMatchObject({
        'x-catga-service': 'oven',
        'x-catga-serializer': 'json',
      });
      const { out, err } = await terminal.run('describe', app, '--format', 'table');
      expect(out).toMatch(/bakery\.bake\.v1 +command +1 +no +Bake +queue\.bakery\.bake\.v1/);
      expect(err).toContain('The schema of bakery.bake.v1 is omitted: This version of homemade');
      const chart = await terminal.run('describe', app, '--export', 'named', '--format', 'mermaid');
      expect(chart.out.split('\n').slice(0, 6)).toEqual([
        'flowchart LR',
        '  subgraph service["confectioner"]',
        '    h0["Bake"]',
        '  end',
        '  m0(["bakery.bake.v1<br/>command, QoS 1"])',
        '  m0 --> h0',
      ]);
    });

    it('says what it does not find', async () => {
      for (const args of [['nowhere.js'], [app, '--export', 'nobody']])
        await expect(terminal.run('describe', ...args)).resolves.toMatchObject({ exitCode: 3 });
      await expect(terminal.run('describe', app, '--export', 'nothing')).resolves.toMatchObject({
        exitCode: 2,
        err: expect.stringContaining('does not import CatgaModule.forRoot()') as unknown,
      });
    });
  });
});
