import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const app = fileURLToPath(new URL('../..', import.meta.url));

async function bench(...options: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    join(app, 'dist/local/main.js'),
    ...options,
  ]);
  return stdout;
}

/** The page is not the test's to write, and times are nobody's to assert. */
describe('the local benchmark', () => {
  it('prints a row for every contender', async () => {
    const native = dirname(createRequire(import.meta.url).resolve('@typescript/native/package.json'));
    await run(process.execPath, [join(native, 'bin/tsc'), '-b', app]);
    const printed = await bench('--quick', '--no-write');
    for (const row of ROWS) expect(printed).toContain(row);
    expect(printed).toContain('1,000,000 ids, each greater than the one before');
    expect(printed).toMatch(
      /publish-3: Catga publish \(QoS 0\) ÷ @nestjs\/cqrs EventBus\.publish .* (met|missed|within the spread)/,
    );
  }, 240_000);

  it('refuses a scenario that there is not, and says which there are', async () => {
    await expect(bench('--only', 'sleep')).rejects.toThrow('No such scenario: sleep');
    await expect(bench('--help')).resolves.toContain('send-50, send-batch, publish-1');
  }, 30_000);
});

const ROWS = [
  'one message type',
  'fifty message types in turn',
  'Map look-up + async function (the limit)',
  'the limit, counting what runs by .then()',
  '@nestjs/cqrs CommandBus.execute',
  '@nestjs/cqrs QueryBus.execute',
  'mediatr-ts send',
  'Moleculer local call',
  'Catga send ',
  'Catga send, 3 behaviors that return next()',
  'Catga send, 3 behaviors that await next()',
  'Catga send, handler takes the context',
  'Catga send, timeoutMs',
  'Catga send, messageId (idempotent)',
  'Promise.all over Map look-up + async function',
  'Promise.all over @nestjs/cqrs CommandBus.execute',
  'Catga sendBatch',
  '@nestjs/cqrs EventBus.publish',
  '@nestjs/event-emitter emitAsync',
  '@nestjs/event-emitter emit ',
  'Catga publish (QoS 0)',
  'Catga publish (QoS 1), one at a time',
  'Catga publish (QoS 1), 1000 in flight',
  'Catga enqueue, one at a time',
  'Catga enqueue, 1000 in flight',
  'Date.now() (the floor)',
  'crypto.randomUUID',
  'uuid v7',
  'ulid',
  'CatgaIds next, text',
  'CatgaIds nextBigInt',
  'CatgaIds fill, batches of 4096',
  'CatgaIds fill, sustained',
];
