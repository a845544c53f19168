import { InterruptedEngine } from '@catga/compliance/fixtures';
import { describe, expect, it, jest } from '@jest/globals';
import { Command } from '../contracts/request.js';
import { CatgaError } from '../errors/catga-error.js';
import { memory } from '../memory/memory-engine.js';
import { memoryOutbox } from '../memory/memory-outbox.js';
import type { EngineClient, EngineConnection } from '../ports/engine.js';
import type { EngineMonitor } from '../ports/engine-monitor.js';
import { TestClock } from '../time/test-clock.js';
import { alteredOutbox, Placed, startWithOutbox } from './outbox.fixture.js';
import { startNode } from './running-node.fixture.js';

class Ship extends Command {}

const MINUTE = 60_000;

describe('a reliable event while the engine is away', () => {
  it('is refused without an outbox', async () => {
    const engine = new InterruptedEngine(memory());
    const { node } = await startNode((it) => it, { engine });
    engine.weather = 'away';
    await expect(node.mediator.publish(new Placed('a', 1))).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
    });
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 0 });
  });

  it('does not go through the outbox before and after', async () => {
    const add = jest.fn();
    const outbox = alteredOutbox((store) => ({ add: async (added) => (add(), store.add(added)) }));
    const { engine, clock, publish, handled } = await startWithOutbox({ outbox });
    await publish('a1');
    expect(add).toHaveBeenCalledTimes(0);
    engine.weather = 'away';
    await publish('a2');
    expect(add).toHaveBeenCalledTimes(1);
    engine.weather = 'fine';
    await clock.advance(MINUTE);
    await publish('a3');
    expect(add).toHaveBeenCalledTimes(1);
    await clock.advance(0);
    expect(handled).toEqual(['a1', 'a2', 'a3']);
  });

  it.each([{ transactions: false }, { transactions: true }])(
    'is sent as soon as the engine is back, whatever the pause after the failure (%j)',
    async (options) => {
      let monitor: EngineMonitor | undefined;
      class ObservedEngine extends InterruptedEngine {
        override connect(client: EngineClient): Promise<EngineConnection> {
          ({ monitor } = client);
          return super.connect(client);
        }
      }
      const { engine, clock, publish, handled } = await startWithOutbox({
        engine: new ObservedEngine(memory()),
        outbox: memoryOutbox(options),
      });
      await clock.advance(0);
      engine.weather = 'away';
      await publish('a1');
      await clock.advance(10_000);
      expect(handled).toEqual([]);
      engine.weather = 'fine';
      monitor?.restored();
      await clock.advance(0);
      expect(handled).toEqual(['a1']);
    },
  );

  it('is handed to the outbox with its body as bytes', async () => {
    const bodies: Uint8Array[] = [];
    const outbox = alteredOutbox((store) => ({
      add: async (added) => (bodies.push(...added.map(({ message }) => message.body)), store.add(added)),
    }));
    const { engine, publish } = await startWithOutbox({ outbox });
    engine.weather = 'away';
    await publish('a1');
    expect(bodies).toEqual([expect.any(Uint8Array)]);
  });

  it('whose acknowledgement was lost is sent again, and handled once', async () => {
    const { engine, clock, publish, handled, node } = await startWithOutbox();
    engine.weather = 'acks-lost';
    await publish('a1');
    await clock.advance(1000); // the relay's own acknowledgements are lost, too
    expect(engine.appended.length).toBeGreaterThan(2);
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 1, parked: 0 });
    engine.weather = 'fine';
    await clock.advance(MINUTE);
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 0 });
    expect(new Set(engine.appended.map(({ messageId }) => messageId))).toEqual(new Set(['a1']));
    expect(handled).toEqual(['a1']);
  });

  it('leaves the outbox only after the engine has acknowledged it', async () => {
    const acknowledgedWhenRemoved: string[][] = [];
    const engine = new InterruptedEngine(memory());
    const outbox = alteredOutbox((store) => ({
      remove: async (ids) => {
        const waiting = await store.list('waiting', 100);
        const removed = waiting.filter(({ id }) => ids.includes(id)).map(({ message }) => message.messageId);
        acknowledgedWhenRemoved.push(engine.appended.map(({ messageId }) => messageId));
        expect(acknowledgedWhenRemoved.at(-1)).toEqual(expect.arrayContaining(removed));
        await store.remove(ids);
      },
    }));
    const { clock, publish } = await startWithOutbox({ engine, outbox });
    engine.weather = 'away';
    await publish('a1', 'b1', 'a2');
    await clock.advance(MINUTE);
    expect(acknowledgedWhenRemoved).toEqual([]);
    engine.weather = 'fine';
    await clock.advance(MINUTE);
    expect(acknowledgedWhenRemoved.at(-1)).toEqual(['a1', 'b1', 'a2']);
  });

  it('is sent again if it could not be removed after it was sent, and handled once', async () => {
    let failures = 2;
    const outbox = alteredOutbox((store) => ({
      remove: async (ids) => {
        if (failures-- > 0) throw new Error('disk full');
        await store.remove(ids);
      },
    }));
    const { engine, clock, publish, handled, node } = await startWithOutbox({ outbox });
    engine.weather = 'away';
    await publish('a1', 'a2');
    engine.weather = 'fine';
    await clock.advance(MINUTE);
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 0 });
    expect(handled).toEqual(['a1', 'a2']);
    expect(engine.appended.length).toBe(6);
    expect(node.failures.failures.get('outbox')).toBe(2);
  });

  it('is sent by the next node that opens the outbox, before anything new', async () => {
    const engine = new InterruptedEngine(memory());
    const outbox = memoryOutbox();
    const clock = new TestClock();
    const first = await startWithOutbox({ engine, outbox, shutdown: { drainTimeoutMs: 1 } }, { clock });
    engine.weather = 'away';
    await first.publish('a1', 'a2');
    const stopped = first.node.stop();
    await clock.advance(MINUTE);
    await stopped;
    engine.weather = 'fine';
    const second = await startWithOutbox({ engine, outbox }, { clock });
    await second.publish('a3');
    await clock.advance(MINUTE);
    expect(second.handled).toEqual(['a1', 'a2', 'a3']);
  });

  it('is sent by two relays on one outbox, and handled once and in order', async () => {
    const engine = new InterruptedEngine(memory());
    const outbox = memoryOutbox();
    const clock = new TestClock();
    const one = await startWithOutbox({ engine, outbox, nodeId: 'one' }, { clock });
    const two = await startWithOutbox({ engine, outbox, nodeId: 'two' }, { clock });
    engine.weather = 'away';
    for (let step = 0; step < 150; step += 2) {
      await one.publish(`a${step}`);
      await two.publish(`a${step + 1}`);
    }
    engine.weather = 'fine';
    const handled = (): string[] => [...one.handled, ...two.handled];
    for (let minute = 0; minute < 100 && handled().length < 150; minute++) await clock.advance(MINUTE);
    expect(engine.appended.length).toBeGreaterThan(150); // both have sent
    expect(handled()).toHaveLength(150);
    expect(new Set(handled())).toEqual(new Set(Array.from({ length: 150 }, (_, step) => `a${step}`)));
    const firstSent = [...new Set(engine.appended.map(({ messageId }) => messageId))];
    expect(firstSent).toEqual(Array.from({ length: 150 }, (_, step) => `a${step}`));
    await clock.advance(MINUTE);
    // And each has seen that it is empty: nothing more goes through it.
    const before = engine.attempts;
    await one.publish('a150');
    await two.publish('a151');
    expect(engine.attempts).toBe(before + 2);
  });

  it('stays behind an earlier one of its key that does not get through yet, and no other does', async () => {
    const { engine, clock, publish, handled } = await startWithOutbox();
    engine.weather = 'away';
    await publish('a1', 'a2', 'b1');
    engine.weatherFor = ({ messageId }) => (messageId === 'a1' ? 'away' : 'fine');
    await clock.advance(MINUTE);
    await publish('c1', 'a3');
    await clock.advance(MINUTE);
    expect(handled).toEqual(['b1', 'c1']);
    engine.weatherFor = () => 'fine';
    await clock.advance(MINUTE);
    expect(handled).toEqual(['b1', 'c1', 'a1', 'a2', 'a3']);
  });

  it('does not make the others wait for the next attempt at one that does not get through', async () => {
    const { engine, clock, publish, node, handled } = await startWithOutbox();
    engine.weatherFor = ({ messageId }) => (messageId === 'a1' ? 'away' : 'fine');
    await publish('a1');
    await clock.advance(MINUTE);
    for (let order = 0; order < 350; order++) await node.mediator.publish(new Placed(`o${order}`, 1));
    await clock.advance(5_000); // the longest pause
    for (let round = 0; round < 50; round++) await clock.advance(0);
    expect(handled).toHaveLength(350);
  });

  it('is refused with CATGA_OVERLOADED once the outbox is full, and nothing is dropped', async () => {
    const { engine, clock, publish, handled } = await startWithOutbox({
      outbox: memoryOutbox({ maxMessages: 2 }),
    });
    engine.weather = 'away';
    await publish('a1', 'a2');
    await expect(publish('a3')).rejects.toMatchObject({
      code: 'CATGA_OVERLOADED',
      details: { maxMessages: 2 },
    });
    engine.weather = 'fine';
    await clock.advance(MINUTE);
    expect(handled).toEqual(['a1', 'a2']);
  });

  it('is refused if the outbox cannot keep it either', async () => {
    const outbox = alteredOutbox(() => ({ add: () => Promise.reject(new Error('disk full')) }));
    const { engine, publish } = await startWithOutbox({ outbox });
    engine.weather = 'away';
    await expect(publish('a1')).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      message: 'The outbox could not store a message: disk full',
    });
  });

  it('is tried ever more rarely, at least every five seconds, and not because others are published', async () => {
    const { engine, clock, publish } = await startWithOutbox();
    engine.weather = 'away';
    await publish('a1');
    await clock.advance(MINUTE);
    const before = engine.attempts;
    for (let step = 0; step < 50; step++) await publish(`b${step}`); // one key: one of them is tried at a time
    expect(engine.attempts).toBe(before);
    await clock.advance(MINUTE);
    // Two messages are tried in each of 12 to 24 rounds.
    expect(engine.attempts - before).toBeGreaterThanOrEqual(24);
    expect(engine.attempts - before).toBeLessThanOrEqual(48);
  });

  it('an error of the engine that is no absence goes to the publisher', async () => {
    const { engine, publish, node } = await startWithOutbox();
    engine.weather = new CatgaError('CATGA_OVERLOADED', 'The log is full.');
    await expect(publish('a1')).rejects.toMatchObject({ message: 'The log is full.' });
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 0 });
  });

  it('waits on where the engine is back but full', async () => {
    const { engine, clock, publish, handled } = await startWithOutbox();
    engine.weather = 'away';
    await publish('a1');
    engine.weather = new CatgaError('CATGA_OVERLOADED', 'The log is full.');
    await clock.advance(MINUTE);
    engine.weather = 'fine';
    await clock.advance(MINUTE);
    expect(handled).toEqual(['a1']);
  });
});

describe('a command that is queued while the engine is away', () => {
  it('keeps the time it was to run at', async () => {
    const engine = new InterruptedEngine(memory());
    const times: number[] = [];
    const { node, clock } = await startNode(
      (it) => it.handleRequest(Ship, () => void times.push(clock.monotonicMs())),
      { engine, outbox: memoryOutbox() },
    );
    engine.weather = 'away';
    await node.mediator.enqueue(new Ship(), { delayMs: 10 * MINUTE });
    await node.mediator.enqueue(new Ship(), { delayMs: MINUTE });
    await clock.advance(2 * MINUTE);
    engine.weather = 'fine';
    await clock.advance(6_000);
    expect(times).toHaveLength(1); // its time is over: at once
    await clock.advance(10 * MINUTE);
    expect(times[1]).toBe(10 * MINUTE);
  });
});
