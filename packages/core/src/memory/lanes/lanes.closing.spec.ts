import { expect, it } from '@jest/globals';
import { CatgaError } from '../../errors/catga-error.js';
import type { LaneParts } from '../../lanes/lane-engine.js';
import type { VersionedRecord } from '../../ports/record-store.js';
import { TestClock } from '../../time/test-clock.js';
import { subscription } from '../memory.fixture.js';
import { MemoryEngine } from '../memory-engine.js';
import { resolveMemoryEngineOptions } from '../memory-engine-options.js';
import { nodeInfo } from './lanes.fixture.js';

it('a node that stops does not report what its closed connection refuses', async () => {
  const refused: string[] = [];
  let isHeld = false;
  let closeConnection = (): void => {};
  let isReading = (): void => {};
  const reading = new Promise<void>((resolve) => (isReading = resolve));
  const held = (parts: LaneParts): LaneParts => {
    const { log, records } = parts.lanes;
    const list = (prefix: string): Promise<readonly VersionedRecord[]> => {
      if (!isHeld) return records.list(prefix);
      isReading();
      return new Promise((_, reject) => {
        closeConnection = () =>
          reject(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The connection is closed.'));
      });
    };
    return { ...parts, lanes: { log, records: { ...records, list } } };
  };
  const clock = new TestClock();
  const monitor = {
    lost: () => {},
    restored: () => {},
    closed: () => {},
    refused: (what: string) => void refused.push(what),
    warn: () => {},
  };
  const engine = new MemoryEngine(resolveMemoryEngineOptions({ lanes: 1 }));
  const connection = await engine.connect(
    { namespace: 'test', nodeId: 'node', clock, heartbeatTimeoutMs: 15_000, monitor },
    held,
  );
  await connection.log.subscribe(subscription({ id: 'shop.s' }), () => {});
  await connection.directory.announce(nodeInfo('node'));
  isHeld = true;
  await clock.advance(15_000);
  await reading;
  await connection.close();
  closeConnection();
  await new Promise(setImmediate);
  expect(refused).toEqual([]);
});
