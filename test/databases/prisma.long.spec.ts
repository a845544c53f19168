import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresServer } from '@catga/servers';

const execute = promisify(execFile);
const folder = join(process.cwd(), 'test/databases');
const client = join(folder, '.cache/prisma/client.mjs');
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
    const generated = join(folder, '.cache/prisma/client.ts');
    await execute(join(process.cwd(), 'node_modules/.bin/esbuild'), [
      generated,
      ...bundle,
      `--outfile=${client}`,
    ]);
  }, 600_000);

  afterAll(() => server.stop());

  it('passes the suite', async () => {
    const args = [join(folder, 'prisma/program.mjs'), server.url, client];
    const { stdout } = await execute(process.execPath, args).catch((failed: { stdout: string }) => failed);
    expect(stdout).toMatch(/^# pass [1-9]\d+$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
