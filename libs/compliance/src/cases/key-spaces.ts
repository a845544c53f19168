import { joinedKey } from '@catga/core/engine';
import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import type { Lab } from '../lab.js';
import { ChargeCard, PlaceOrder } from '../messages.js';

/** Guesses of the record key of a queued command, or of another kind. */
function guesses(name: string, messageId: string): readonly string[] {
  return [
    JSON.stringify(['queued', name, messageId]),
    joinedKey('queued', name, messageId),
    joinedKey('made', messageId),
    `queued:${name}:${messageId}`,
    `../queued~${name}~${messageId}`,
    `id.queued.${name}.${messageId}`,
    `request~${messageId}`,
    `${name}~${messageId}`,
    messageId,
  ];
}

/** Separate key spaces of record kinds: no id chosen by a caller reaches another kind. */
export function keySpaces(lab: Lab): void {
  const itRecords = itWhere(lab.storesMessages);

  describe('the records of different kinds', () => {
    itRecords('are separate: no id of a request is the outcome of a queued command', async () => {
      let runs = 0;
      const node = await lab.run(
        lab
          .node()
          .handleRequest(PlaceOrder, () => ({ orderId: `forged ${++runs}` }))
          .handleRequest(ChargeCard, () => 'charged'),
      );
      const ids = guesses('ChargeCard', 'q1');
      for (const messageId of ids) await node.mediator.send(new PlaceOrder('c1'), { messageId });
      expect(runs).toBe(ids.length);
      await expect(node.mediator.outcomeOf(ChargeCard, 'q1')).resolves.toBeUndefined();
      const receipt = await node.mediator.enqueue(new ChargeCard(1), { messageId: 'q1', keepOutcome: true });
      await expect(lab.whileTimePasses(receipt.outcome())).resolves.toEqual({ ok: true, value: 'charged' });
    });

    itRecords('are separate: no queued command answers a request', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(ChargeCard, () => `run ${++runs}`));
      const receipt = await node.mediator.enqueue(new ChargeCard(1), { messageId: 'q1', keepOutcome: true });
      await lab.whileTimePasses(receipt.outcome());
      for (const messageId of guesses('ChargeCard', 'q1')) {
        const before = runs;
        await expect(node.mediator.send(new ChargeCard(1), { messageId })).resolves.toBe(`run ${before + 1}`);
      }
    });

    itWhere(lab.harness.capabilities.requests.includes(2))(
      'are separate: an id that Catga made is not one that a caller gives',
      async () => {
        const ids: string[] = [];
        const node = await lab.run(
          lab.node().handleRequest(ChargeCard, (_command, { messageId }) => `run ${ids.push(messageId)}`),
        );
        await expect(node.mediator.send(new ChargeCard(1))).resolves.toBe('run 1');
        const [made] = ids;
        for (const messageId of [made!, joinedKey('made', made!), joinedKey('request', made!)]) {
          const before = ids.length;
          const answer = node.mediator.send(new ChargeCard(2), { messageId }); // Another content, but no mismatch.
          await expect(answer).resolves.toBe(`run ${before + 1}`);
        }
      },
    );

    it('are found by their whole id, whatever it is made of', async () => {
      const { idempotency } = await lab.connect();
      const other = (await lab.connect({ nodeId: 'other' })).idempotency;
      const ids = [
        'a',
        'A',
        'a ',
        ' a',
        'a b',
        'a.b',
        'a..b',
        '.a',
        'a~b',
        'a%7Eb',
        'a:b',
        'a/b',
        'a*',
        'a>',
        '*',
        '>',
        '{a}',
        'a\r\nb',
        'a\0b',
        'é',
        'e\u0301',
        '__proto__',
        'constructor',
        'x'.repeat(1000),
        `${'x'.repeat(1000)}y`,
      ];
      for (const id of ids) {
        const claim = await idempotency.claim(id, `print of ${id}`, 1000 * lab.unitMs);
        expect([id, claim.state]).toEqual([id, 'claimed']);
        const token = claim.state === 'claimed' ? claim.token : 0;
        await idempotency.complete(id, token, { ok: true, body: Buffer.from(id) }, 1000 * lab.unitMs);
      }
      for (const id of ids) {
        const outcome = await other.find(id);
        expect(Buffer.from(outcome!.body).toString()).toBe(id);
      }
    });
  });
}
