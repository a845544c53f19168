import { describe, expect, it } from '@jest/globals';
import type { FailureReport } from '../contracts/error-report.js';
import { CatgaError } from '../errors/catga-error.js';
import { Command } from '../contracts/request.js';
import { InterruptedEngine } from '@catga/compliance/fixtures';
import { memory } from '../memory/memory-engine.js';
import { startNode } from './running-node.fixture.js';
import { memoryOutbox } from '../memory/memory-outbox.js';
import { startWithOutbox } from './outbox.fixture.js';
import type { NodeWithOutbox } from './outbox.fixture.js';

const MINUTE = 60_000;
const tooLarge = new CatgaError('CATGA_PAYLOAD_TOO_LARGE', 'More than the broker takes.');

/** A node whose engine came back and refuses one of three events. */
async function withOneRefused(error: Error): Promise<NodeWithOutbox & { readonly reports: FailureReport[] }> {
  const running = await startWithOutbox({ outbox: memoryOutbox({ maxMessages: 10 }) });
  const { engine, clock, publish, node } = running;
  const reports: FailureReport[] = [];
  node.failures.subscribe((report) => reports.push(report));
  engine.weather = 'away';
  await publish('a1', 'a2', 'b1');
  engine.weatherFor = ({ messageId }) => (messageId === 'a1' ? error : 'fine');
  await clock.advance(10 * MINUTE);
  return { ...running, reports };
}

describe('a message in the outbox that the engine refuses for good', () => {
  it('is set aside and reported, and the others go on, those of its key included', async () => {
    const { node, handled, reports } = await withOneRefused(tooLarge);
    expect(handled.toSorted()).toEqual(['a2', 'b1']);
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 1 });
    expect(reports).toMatchObject([
      {
        source: 'outbox',
        error: {
          code: 'CATGA_PAYLOAD_TOO_LARGE',
          message: expect.stringContaining('shop.placed.v1 a1') as unknown,
        },
      },
    ]);
    await expect(node.outbox.parked()).resolves.toMatchObject([
      { message: { messageId: 'a1' }, failure: { attempts: 1, error: { code: 'CATGA_PAYLOAD_TOO_LARGE' } } },
    ]);
  });

  it('lets what is published afterwards pass by the outbox', async () => {
    const { engine, publish } = await withOneRefused(tooLarge);
    const before = engine.attempts;
    await publish('a3');
    expect(engine.attempts).toBe(before + 1);
  });

  it('can be sent again under its id', async () => {
    const { node, engine, clock, handled } = await withOneRefused(tooLarge);
    const [parked] = await node.outbox.parked();
    engine.weatherFor = () => 'fine';
    await expect(node.outbox.resend(parked!.id)).resolves.toBe(true);
    await clock.advance(MINUTE);
    expect(handled).toContain('a1');
    expect(engine.appended.at(-1)?.messageId).toBe('a1');
    await expect(node.outbox.counts()).resolves.toEqual({ waiting: 0, parked: 0 });
    await expect(node.outbox.resend(parked!.id)).resolves.toBe(false);
  });

  it('shows the headers of its sender, and none of Catga', async () => {
    class Charge extends Command<string> {}
    const engine = new InterruptedEngine(memory());
    const { node, clock } = await startNode((it) => it.handleRequest(Charge, () => 'charged'), {
      engine,
      outbox: memoryOutbox(),
    });
    engine.weather = 'away';
    const headers = { tenant: 'a' };
    const queued = await node.mediator.enqueue(new Charge(), { keepOutcome: true, headers });
    engine.weather = tooLarge;
    await clock.advance(MINUTE);
    const [parked] = await node.outbox.parked();
    expect(parked?.message.headers).toEqual(headers);
    engine.weather = 'fine';
    await node.outbox.resend(parked!.id);
    await clock.advance(MINUTE);
    // What is hidden is kept: the outcome is recorded all the same.
    await expect(node.mediator.outcomeOf(Charge, queued.messageId)).resolves.toEqual({
      ok: true,
      value: 'charged',
    });
  });

  it('can be dropped', async () => {
    const { node } = await withOneRefused(tooLarge);
    const [parked] = await node.outbox.parked();
    await expect(node.outbox.drop(parked!.id)).resolves.toBe(true);
    await expect(node.outbox.drop(parked!.id)).resolves.toBe(false);
    await expect(node.outbox.parked()).resolves.toEqual([]);
  });

  it('is tried five times if nobody knows the error', async () => {
    const { node, handled } = await withOneRefused(new Error('who knows'));
    expect(handled).toContain('b1');
    await expect(node.outbox.parked()).resolves.toMatchObject([
      { message: { messageId: 'a1' }, failure: { attempts: 5, error: { message: 'who knows' } } },
    ]);
  });

  it('is listed in pages', async () => {
    const { node, publish, engine, clock } = await startWithOutbox();
    engine.weather = 'away';
    await publish('a1', 'b1', 'c1');
    engine.weather = tooLarge;
    await clock.advance(MINUTE);
    const [first, second] = await node.outbox.parked(2);
    expect([first, second]).toMatchObject([
      { message: { messageId: 'a1' } },
      { message: { messageId: 'b1' } },
    ]);
    await expect(node.outbox.parked(2, second!.id)).resolves.toMatchObject([
      { message: { messageId: 'c1' } },
    ]);
    await expect(node.outbox.parked(0)).rejects.toMatchObject({ code: 'CATGA_VALIDATION_FAILED' });
  });
});
