import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresServer } from '@catga/servers';

const execute = promisify(execFile);
const folder = join(process.cwd(), 'test/databases');
const client = join(folder, '.cache/prisma/client.mjs');
const program = join(folder, '.cache/prisma/program.mjs');
/** Generating the client needs no engine, but would download one for migrations. */
const WITHOUT_ENGINE = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };

describe('The adapter of Prisma', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.spawn({ isDurable: false });
    await execute(
      join(folder, 'node_modules/.bin/prisma'),
      ['generate', '--schema', 'prisma/schema.prisma'],
      {
        cwd: folder,
        env: { ...process.env, ...WITHOUT_ENGINE },
      },
    );
    const bundle = [
      '--bundle',
      '--packages=external',
      '--format=esm',
      '--platform=node',
      '--log-level=warning',
    ];
    const esbuild = join(process.cwd(), 'node_modules/.bin/esbuild');
    for (const [source, outfile] of [
      ['.cache/prisma/client.ts', client],
      ['prisma/program.mjs', program],
    ] as const)
      await execute(esbuild, [join(folder, source), ...bundle, `--outfile=${outfile}`]);
  }, 600_000);

  afterAll(() => server.stop());

  it('passes the suites of databases and of outboxes', async () => {
    const args = [program, server.url, client];
    const { stdout } = await execute(process.execPath, args).catch((failed: { stdout: string }) => failed);
    expect(stdout).toMatch(/^# pass [1-9]\d+$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
