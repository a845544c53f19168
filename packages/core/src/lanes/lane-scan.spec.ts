import { describe, expect, it } from '@jest/globals';
import { MemoryLaneLog } from '../memory/lanes/memory-lane-log.js';
import { MemoryRecordStore } from '../memory/lanes/memory-record-store.js';
import { MemoryEngine } from '../memory/memory-engine.js';
import { resolveMemoryEngineOptions } from '../memory/memory-engine-options.js';
import { storedMessage, subscription } from '../memory/memory.fixture.js';
import type { LaneFrame, LaneReader, LaneSink } from '../ports/lane-log.js';
import { CatgaError } from '../errors/catga-error.js';
import { TestClock } from '../time/test-clock.js';
import { EventFrame } from './event-frame.js';
import { LaneRegister } from './lane-register.js';
import { LaneScan } from './lane-scan.js';
import { LaneTrimmer } from './lane-trimmer.js';

const TIMEOUT_MS = 1000;
const UNAVAILABLE = { code: 'CATGA_ENGINE_UNAVAILABLE' };

/** A log whose broker goes away once a reader has begun: it is handed what a test says, and waits for the rest. */
class LeavingLog extends MemoryLaneLog {
  readonly sinks: LaneSink[] = [];
  stopped = 0;

  constructor() {
    super({ lanes: 1, deduplicationWindowMs: 0, maxEvents: 1000, maxIds: 1000 }, () => 0);
  }

  override read(_lane: number, _from: number, sink: LaneSink): LaneReader {
    this.sinks.push(sink);
    return { pause: () => {}, resume: () => {}, stop: () => void this.stopped++ };
  }
}

function frame(id: string, kind: 'event' | 'command' = 'event'): LaneFrame {
  const message = storedMessage(id, { kind, name: kind });
  return new EventFrame(id, [{ message, target: undefined }], true);
}

describe('a scan of a lane', () => {
  it('ends where it has seen enough, at the end of the lane, and where the lane begins anew', async () => {
    const log = new LeavingLog();
    const scan = new LaneScan(log, new TestClock(), TIMEOUT_MS);
    const seen: number[] = [];
    const look = (position: number): boolean => seen.push(position) < 2;
    const scans = [scan.read(0, 1, look), scan.read(0, 1, () => true), scan.read(0, 1, () => true)];
    log.sinks[0]?.frame(1, frame('a'));
    log.sinks[0]?.frame(2, frame('b'));
    log.sinks[1]?.caughtUp();
    log.sinks[2]?.displaced();
    await expect(Promise.all(scans)).resolves.toEqual(['stopped', 'end', 'displaced']);
    expect(seen).toEqual([1, 2]);
    expect(log.stopped).toBe(3);
  });

  it('goes on as long as something comes, and gives up on a broker that hands over nothing', async () => {
    const [log, clock] = [new LeavingLog(), new TestClock()];
    const scanned = new LaneScan(log, clock, TIMEOUT_MS).read(0, 1, () => true);
    for (let position = 1; position <= 5; position++) {
      await clock.advance(TIMEOUT_MS - 1);
      log.sinks[0]?.frame(position, frame(`f${position}`));
    }
    expect(log.stopped).toBe(0);
    await Promise.all([
      expect(scanned).rejects.toMatchObject({ ...UNAVAILABLE, details: { lane: 0, timeoutMs: TIMEOUT_MS } }),
      clock.advance(2 * TIMEOUT_MS),
    ]);
    expect(log.stopped).toBe(1);
    expect(clock.armedTimers).toBe(0);
  });

  it('ends with its node, and leaves no timer', async () => {
    const [log, clock] = [new LeavingLog(), new TestClock()];
    const scan = new LaneScan(log, clock, TIMEOUT_MS);
    const scanned = scan.read(0, 1, () => true);
    const why = new CatgaError('CATGA_SHUTTING_DOWN', 'The node stops.');
    scan.close(why);
    await expect(scanned).rejects.toBe(why);
    expect(log.stopped).toBe(1);
    expect(clock.armedTimers).toBe(0);
  });
});

describe('a broker that goes away while its lanes are read', () => {
  it('ends the list of subscriptions with an error, as whatever else is asked of it', async () => {
    const clock = new TestClock();
    const engine = new MemoryEngine(resolveMemoryEngineOptions({ lanes: 2 }));
    const connect = (nodeId: string, isAway: boolean) =>
      engine.connect({ namespace: 'test', nodeId, clock, heartbeatTimeoutMs: 15_000 }, (parts) => {
        const { log, records } = parts.lanes;
        const away = new LeavingLog();
        const state = log.state.bind(log);
        return isAway
          ? {
              ...parts,
              requestTimeoutMs: TIMEOUT_MS,
              lanes: { log: Object.assign(away, { lanes: 2, state }), records },
            }
          : parts;
      });
    const { log } = await connect('shop', false);
    await (await log.subscribe(subscription(), () => {})).stop();
    await log.append(storedMessage('a'));
    const { subscriptions } = await connect('admin', true);
    await Promise.all([
      expect(subscriptions?.list()).rejects.toMatchObject(UNAVAILABLE),
      clock.advance(TIMEOUT_MS),
    ]);
  });

  it('ends trimming, which is tried again in the next round', async () => {
    const [log, records, clock] = [new LeavingLog(), new MemoryRecordStore(), new TestClock()];
    const register = new LaneRegister(records, log);
    const trimmer = new LaneTrimmer({ log, records }, register, new LaneScan(log, clock, TIMEOUT_MS));
    await register.make({ id: 'queue.command', kind: 'command', names: ['command'] });
    await log.append(0, frame('a'));
    await log.append(0, frame('b', 'command'));
    await Promise.all([
      expect(trimmer.trimAll()).rejects.toMatchObject(UNAVAILABLE),
      clock.advance(TIMEOUT_MS),
    ]);
    const next = trimmer.trimAll();
    await clock.advance(0);
    log.sinks[1]?.frame(1, frame('a'));
    log.sinks[1]?.frame(2, frame('b', 'command'));
    await next;
    await expect(log.state(0)).resolves.toMatchObject({ first: 2 });
  });
});
