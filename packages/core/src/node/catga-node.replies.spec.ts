import { InterruptedEngine } from '@catga/compliance/fixtures';
import { describe, expect, it } from '@jest/globals';
import { Message } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import { memory } from '../memory/memory-engine.js';
import { memoryOutbox } from '../memory/memory-outbox.js';
import { replyingTo } from '../reliability/reply-to.js';
import type { CommandReply } from '../reliability/reply-to.js';
import type { CatgaNode } from './catga-node.js';
import { startNode } from './running-node.fixture.js';

@Message({ name: 'bank.charge' })
class Charge extends Command<string> {
  constructor(readonly cents: number) {
    super();
  }
}

@Message({ name: 'bank.charged' })
class Charged extends Command {}

describe('a queued command whose outcome is asked for', () => {
  async function ask({ steps }: CatgaNode, cents: number): Promise<void> {
    const { message } = await steps.capture(new Charge(cents), { messageId: `charge-${cents}` });
    await steps.append({ message: replyingTo(message, { name: 'bank.charged', reference: 'ü "1"' }) }, false);
  }

  it('is answered by a queued command, with its result or its error', async () => {
    const replies: CommandReply[] = [];
    const { node } = await startNode((it) =>
      it
        .handleRequest(Charge, (command) => {
          if ((command as Charge).cents > 5) throw new RangeError('too much');
          return 'receipt';
        })
        .handleRequest(Charged, (reply) => void replies.push({ ...reply } as unknown as CommandReply)),
    );
    await ask(node, 5);
    await ask(node, 6);
    await node.settled();
    const [paid, refused] = replies;
    const about = { reference: 'ü "1"', command: { name: 'bank.charge', messageId: 'charge-5' } };
    expect(paid).toEqual({ ...about, ok: true, value: 'receipt' });
    expect(refused).toMatchObject({ reference: 'ü "1"', ok: false, isRefusal: true });
    const error = node.steps.decodeError((refused as { readonly error?: unknown }).error);
    expect([error.name, error.message]).toEqual(['RangeError', 'too much']);
    expect(node.steps.decodeError('nonsense')).toMatchObject({ code: 'CATGA_SERIALIZATION' });
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it('is answered with the outcome that its transaction recorded, if the node died before it answered', async () => {
    const engine = new InterruptedEngine(memory());
    const replies: unknown[] = [];
    let runs = 0;
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleRequest(Charge, () => `receipt ${++runs}`, { transaction: true, maxAttempts: 2 })
          .handleRequest(
            Charged,
            (reply) => void replies.push((reply as unknown as { value: unknown }).value),
          ),
      { engine, outbox: memoryOutbox({ transactions: true }) },
    );
    let fails = 3;
    engine.weatherFor = ({ name }) =>
      name === 'bank.charged' && fails-- > 0 ? new Error('crashed') : 'fine';
    await ask(node, 5);
    await clock.advance(60_000);
    expect([runs, replies]).toEqual([1, ['receipt 1']]);
  });
});
