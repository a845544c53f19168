import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const app = fileURLToPath(new URL('../..', import.meta.url));

async function bench(...options: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['--expose-gc', join(app, 'dist/nats/main.js'), ...options]);
  return stdout;
}

const only = (...scenarios: readonly string[]): readonly string[] =>
  scenarios.flatMap((scenario) => ['--only', scenario]);

/** The page is not the test's to write, and times are nobody's to assert. */
describe('the benchmark over NATS', () => {
  it('prints a row for every contender and a verdict for every target', async () => {
    const native = dirname(createRequire(import.meta.url).resolve('@typescript/native/package.json'));
    await run(process.execPath, [join(native, 'bin/tsc'), '-b', app]);
    // One of each sort: what is asked, what is told, what is stored, and where the time goes.
    const printed = await bench(
      '--quick',
      ...only('requests-1000', 'events', 'durable-handled', 'record-steps'),
    );
    for (const row of ROWS) expect(printed).toContain(row);
    for (const target of TARGETS) {
      const line = printed.split('\n').find((each) => each.includes(target));
      expect(line).toMatch(/(met|missed|within the spread)\s+│$/);
    }
    expect(printed).not.toContain('Written to');
  }, 480_000);

  it('refuses a scenario that there is not, and says which there are', async () => {
    await expect(bench('--only', 'sleep')).rejects.toThrow('No such scenario: sleep');
    await expect(bench('--help')).resolves.toContain('requests-1, requests-100, requests-1000');
  }, 30_000);
});

const ROWS = [
  'nc.request, JSON ',
  'nc.request, JSON, noAsyncTraces',
  '@nestjs/microservices ClientProxy.send',
  'Moleculer call',
  'Catga send (QoS 1)',
  'Catga query (QoS 0)',
  'Catga send (QoS 2)',
  'raw client, two KV records',
  'nc.publish and subscribe, JSON',
  '@nestjs/microservices ClientProxy.emit',
  'Catga publish (QoS 0)',
  'Catga publish (QoS 1)',
  'Catga publish (QoS 2)',
  'js.publish, consume and ack',
  'nestjs-nats-jetstream-transport emit',
  'js.publish, a turn in one message',
  'claim of the id, one trip to the record',
];

const TARGETS = [
  'requests-1000: rate of Catga send (QoS 1) ÷ Moleculer call',
  'requests-1000: rate of Catga send (QoS 2) ÷ raw client, two KV records',
  'events: rate of Catga publish (QoS 0) ÷ nc.publish and subscribe, JSON',
  'durable-handled: rate of Catga publish (QoS 1) ÷ js.publish, consume and ack',
];
