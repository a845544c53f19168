import { memory } from '@catga/nestjs';
import { TestClock } from '@catga/core/engine';
import type { StreamLog } from '@catga/core/engine';
import { expect, it } from '@jest/globals';
import { DecisionIndex } from './decision-index.js';
import { entryOf } from './append-entry.js';

it('looks through a stream once, whoever asks at the same time, and goes on from there', async () => {
  const client = { namespace: 'catga', nodeId: 'one', clock: new TestClock(), heartbeatTimeoutMs: 15_000 };
  const connection = await memory().connect(client);
  const log = connection.streams;
  if (log === undefined) throw new TypeError('The engine keeps no streams.');
  let last = 0;
  const append = async (version: number): Promise<void> => {
    const decision = { id: `d${version}`, size: 1 };
    const event = { name: 'e', body: new Uint8Array(0), serializer: 'json', headers: {}, decision };
    last = (await log.append('a', entryOf('a', [event], version), last)) ?? 0;
  };
  for (let version = 1; version <= 50; version++) await append(version);
  let read = 0;
  const counting: Pick<StreamLog, 'last' | 'read'> = {
    last: (stream) => log.last(stream),
    async read(...given) {
      const entries = await log.read(...given);
      if (given[3] === true) read += entries.length;
      return entries;
    },
  };
  const index = new DecisionIndex(() => counting);
  const find = async (id: string): Promise<number | undefined> => (await index.find('a', id))?.position;
  await expect(Promise.all(['d1', 'd50', 'none', 'd7'].map(find))).resolves.toEqual([1, 50, undefined, 7]);
  expect(read).toBe(49); // The last one is there already.
  await append(51);
  await append(52);
  await expect(Promise.all([find('d51'), find('d52')])).resolves.toEqual([51, 52]);
  expect(read).toBe(50);
  await connection.close();
});
