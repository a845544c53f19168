import { execFile } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresServer } from '@catga/servers';

const execute = promisify(execFile);
/** Prisma is 300 MB, so that it is no dependency of the workspace; this folder has its packages. */
const folder = join(process.cwd(), '.cache/prisma');
/** Generating the client needs no engine, but would download one for migrations. */
const WITHOUT_ENGINE = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
const bin = (name: string): string =>
  join(name === 'esbuild' ? process.cwd() : folder, 'node_modules/.bin', name);

describe('The adapter of Prisma', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.spawn({ isDurable: false });
    cpSync(join(process.cwd(), 'packages/sql/test/prisma'), folder, { recursive: true });
    const options = { cwd: folder, env: { ...process.env, ...WITHOUT_ENGINE } };
    if (!existsSync(bin('prisma')))
      await execute('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], options);
    await execute(bin('prisma'), ['generate', '--schema', 'schema.prisma'], options);
    const bundle = [
      '--bundle',
      '--packages=external',
      '--format=esm',
      '--platform=node',
      '--log-level=warning',
    ];
    await execute(bin('esbuild'), ['generated/client.ts', ...bundle, '--outfile=client.mjs'], options);
  }, 600_000);

  afterAll(() => server.stop());

  it('passes the suite', async () => {
    const args = [join(folder, 'program.mjs'), server.url, join(folder, 'client.mjs')];
    const { stdout } = await execute(process.execPath, args).catch((failed: { stdout: string }) => failed);
    expect(stdout).toMatch(/^# pass [1-9]\d+$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
