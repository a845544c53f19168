import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresServer } from '@catga/servers';

const execute = promisify(execFile);
const folder = join(process.cwd(), 'test/databases');
const decorators = JSON.stringify({ compilerOptions: { experimentalDecorators: true } });

describe('The adapter of @nestjs-cls/transactional', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.spawn({ isDurable: false });
  });
  afterAll(() => server.stop());

  it('passes the suite, and knows the transactions of @Transactional()', async () => {
    const program = join(folder, '.cache/nest-cls.mjs');
    const bundle = [
      '--bundle',
      '--packages=external',
      '--format=esm',
      '--platform=node',
      '--log-level=warning',
    ];
    const args = [...bundle, `--tsconfig-raw=${decorators}`, `--outfile=${program}`];
    await execute(join(process.cwd(), 'node_modules/.bin/esbuild'), [
      join(folder, 'nest-cls.fixture.ts'),
      ...args,
    ]);
    const { stdout } = await execute(process.execPath, [program, server.url]).catch(
      (failed: { stdout: string }) => failed,
    );
    expect(stdout).toMatch(/^# pass [1-9]\d+$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
