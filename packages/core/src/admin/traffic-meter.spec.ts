import { describe, expect, it } from '@jest/globals';
import { describeMessage } from '../contracts/message-type.js';
import { Command } from '../contracts/request.js';
import type { HandledListener } from '../pipeline/handler-context.js';
import { MessageEnvelope } from '../pipeline/message-envelope.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { HandledListeners } from './handled-listeners.js';
import { TRAFFIC_BOUNDS_MS, TrafficMeter } from './traffic-meter.js';

class Pay extends Command {}
const type = describeMessage(Pay);
const LOAD = { inFlight: 0, queued: 0, unanswered: 0, handled: 7 };

function setUp() {
  const clock = new TestClock();
  let listener: HandledListener | undefined;
  const listeners = new HandledListeners(new Timetable(clock), (wanted) => void (listener = wanted));
  const meter = new TrafficMeter(clock, 'one', () => LOAD, listeners);
  /** A message that took so long. */
  const handle = async (ms: number, originNodeId: string, sentAtMs?: number, failed = false) => {
    const attributes = { originNodeId, ...(sentAtMs !== undefined && { sentAtMs }) };
    const envelope = new MessageEnvelope(new Pay(), type, 'PayHandler', attributes, () => 'm');
    let end: (() => void) | undefined;
    const outcome = new Promise<void>((resolve, reject) => {
      end = failed ? () => reject(new Error('no')) : resolve;
    });
    outcome.catch(() => {});
    listener?.begun(envelope, outcome);
    await clock.advance(ms);
    end?.();
    await clock.advance(0);
  };
  return { clock, meter, handle, isListening: () => listener !== undefined };
}

function bucketOf(ms: number): number {
  return TRAFFIC_BOUNDS_MS.findIndex((bound) => ms <= bound);
}

describe('the meter of messages', () => {
  it('counts what each node sends to each handler, how long it takes, and how old it is then', async () => {
    const { clock, meter, handle } = setUp();
    await handle(1, 'two');
    expect(meter.read()).toMatchObject({ load: LOAD, flows: [] });
    await handle(3, 'two');
    await handle(300, 'two', clock.now() - 2_000, true);
    await handle(3, 'three');
    const { flows, durations, criticalTimes } = meter.read();
    const flow = { name: 'Pay', kind: 'command', handler: 'PayHandler' };
    expect(flows).toEqual([
      { ...flow, originNodeId: 'two', handled: 2, failed: 1 },
      { ...flow, originNodeId: 'three', handled: 1, failed: 0 },
    ]);
    expect([durations[bucketOf(3)], durations[bucketOf(300)]]).toEqual([2, 1]);
    expect(criticalTimes[bucketOf(2_300)]).toBe(1);
    expect(criticalTimes.reduce((sum, one) => sum + one)).toBe(1);
  });

  it('counts only while it is asked, and then anew', async () => {
    const { clock, meter, handle, isListening } = setUp();
    const { sinceMs } = meter.read();
    await handle(1, 'two');
    await clock.advance(15_000);
    expect(isListening()).toBe(false);
    const next = meter.read();
    expect([next.flows, next.sinceMs > sinceMs]).toEqual([[], true]);
  });

  it('tells a bounded number of flows apart', async () => {
    const { meter, handle } = setUp();
    meter.read();
    for (let node = 0; node < 600; node++) await handle(0, `node-${node}`);
    const { flows } = meter.read();
    expect(flows).toHaveLength(501);
    expect(flows.at(-1)).toMatchObject({ name: '', handled: 100 });
  });
});
