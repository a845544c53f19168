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
    // One of the three closed loops stands for all of them.
    const scenarios = ['requests-1000', 'slow-handlers', 'batches', 'events', 'record-steps', 'open-loop'];
    const durable = ['durable-publish-1000', 'durable-handled', 'enqueue-1000', 'enqueue-handled'];
    const printed = await bench('--quick', ...only(...scenarios, ...durable, 'more-nodes'));
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
  'Promise.all over nc.request, JSON',
  'Promise.all over @nestjs/microservices ClientProxy.send',
  'Catga sendBatch (QoS 1)',
  'nc.publish and subscribe, JSON',
  '@nestjs/microservices ClientProxy.emit',
  'Catga publish (QoS 0)',
  'js.publish, one message each',
  'Catga publish (QoS 1)',
  'Catga publish (QoS 2)',
  'js.publish, consume and ack',
  'Catga enqueue',
  'claim of the id, one trip to the record',
  "each turn's frame at once",
  '1 handling node ',
  '8 handling nodes',
];

const TARGETS = [
  'requests-1000: rate of Catga send (QoS 1) ÷ Moleculer call',
  'requests-1000: rate of Catga send (QoS 2) ÷ raw client, two KV records',
  'slow-handlers: p50 of Catga send (QoS 1)',
  'batches: rate of Catga sendBatch (QoS 1) ÷ Promise.all over nc.request, JSON',
  'events: rate of Catga publish (QoS 0) ÷ nc.publish and subscribe, JSON',
  'durable-publish-1000: rate of Catga publish (QoS 1) ÷ js.publish, one message each',
  'durable-handled: rate of Catga publish (QoS 1) ÷ js.publish, consume and ack',
  'enqueue-1000: rate of Catga enqueue ÷ js.publish, one message each',
  'enqueue-handled: rate of Catga enqueue ÷ js.publish, consume and ack',
  'open-loop 5.00 k/s: p99 of Catga send (QoS 1)',
  'more-nodes: CPU of 8 handling nodes ÷ 1 handling node',
];
