import { describe, expect, it } from '@jest/globals';
import type { CatgaNode } from '@catga/core';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { ChargeCard, ReserveStock } from '../messages.js';

type HandlerFunction = Parameters<CatgaNode['handleRequest']>[1];

/** Outcomes of queued commands. */
export function queuedOutcomes(lab: Lab): void {
  describe('the outcome of a queued command', () => {
    const charging = (handler: HandlerFunction, nodeId = 'charging'): Promise<CatgaNode> =>
      lab.run(lab.node({ nodeId, service: nodeId }).handleRequest(ChargeCard, handler));
    const receipt = (node: CatgaNode, amount = 1) =>
      node.mediator.enqueue(new ChargeCard(amount), { keepOutcome: true });

    it('is what the handler returned, for who queued it and for any node, at once and later', async () => {
      const node = await charging((command) => ({ paid: (command as ChargeCard).amount }));
      const other = await charging(() => ({ paid: 0 }), 'other');
      await other.drain(); // it asks, but handles nothing
      const queued = await receipt(node, 7);
      const outcome = { ok: true, value: { paid: 7 } };
      await expect(lab.whileTimePasses(queued.outcome())).resolves.toEqual(outcome);
      await expect(node.mediator.outcomeOf(ChargeCard, queued.messageId)).resolves.toEqual(outcome);
      await expect(other.mediator.outcomeOf(ChargeCard, queued.messageId)).resolves.toEqual(outcome);
    });

    it('is not there before the command has ended, and not of another id or another command', async () => {
      const end = new Gate();
      const node = await charging(() => end.opened);
      const queued = await receipt(node);
      await expect(node.mediator.outcomeOf(ChargeCard, queued.messageId)).resolves.toBeUndefined();
      end.open();
      await expect(lab.whileTimePasses(queued.outcome())).resolves.toEqual({ ok: true, value: undefined });
      await expect(node.mediator.outcomeOf(ChargeCard, 'another')).resolves.toBeUndefined();
      await expect(node.mediator.outcomeOf(ReserveStock, queued.messageId)).resolves.toBeUndefined();
    });

    it('is recorded if the option asks for it, and not if a header does', async () => {
      const node = await charging(() => 'paid');
      const headers = { 'catga-keep-outcome': '1', tenant: 'blue' };
      const queued = await node.mediator.enqueue(new ChargeCard(1), { headers, messageId: 'q1' });
      const asked = await node.mediator.enqueue(new ChargeCard(2), { messageId: 'q2', keepOutcome: true });
      await lab.whileTimePasses(asked.outcome());
      await expect(node.mediator.outcomeOf(ChargeCard, queued.messageId)).resolves.toBeUndefined();
    });

    it('is that of the attempt that succeeded', async () => {
      const node = await charging((_command, { attempt }) => {
        if (attempt < 3) throw new Error('the bank is away');
        return attempt;
      });
      const queued = await receipt(node);
      await expect(lab.whileTimePasses(queued.outcome())).resolves.toEqual({ ok: true, value: 3 });
    });

    it('is the error that made it a dead letter, and stays that if the letter is tried again', async () => {
      let isRefused = true;
      const node = await charging(() => {
        if (isRefused) throw Object.assign(new Error('card expired'), { name: 'CardError' });
        return 'paid';
      });
      const queued = await receipt(node);
      const refused = { ok: false, error: { name: 'CardError', message: 'card expired' } };
      await expect(lab.whileTimePasses(queued.outcome())).resolves.toMatchObject(refused);
      await lab.until(async () => (await node.deadLetters.list()).items.length === 1);
      isRefused = false;
      await node.deadLetters.redrive({ messageId: queued.messageId });
      await lab.pass(4);
      await expect(node.mediator.outcomeOf(ChargeCard, queued.messageId)).resolves.toMatchObject(refused);
    });

    it('outlives the node that queued it and the node that ran it', async () => {
      const first = await charging(() => 'paid', 'first');
      const queued = await receipt(first);
      await lab.whileTimePasses(queued.outcome());
      await lab.whileTimePasses(first.stop());
      const second = await charging(() => 'never', 'second');
      await expect(second.mediator.outcomeOf(ChargeCard, queued.messageId)).resolves.toEqual({
        ok: true,
        value: 'paid',
      });
    });

    it('is waited for no longer than the timeout, and the command goes on', async () => {
      const end = new Gate();
      const node = await charging(() => end.opened.then(() => 'paid'));
      const queued = await receipt(node);
      const timeoutMs = 2 * lab.unitMs;
      const name = 'ChargeCard';
      await expect(lab.whileTimePasses(queued.outcome({ timeoutMs }))).rejects.toMatchObject({
        code: 'CATGA_TIMEOUT',
        details: { name, timeoutMs },
      });
      const abort = new AbortController();
      const waiting = queued.outcome({ signal: abort.signal });
      abort.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'CATGA_CANCELLED' });
      await expect(queued.outcome({ signal: abort.signal })).rejects.toMatchObject({
        code: 'CATGA_CANCELLED',
      });
      await expect(queued.outcome({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
      end.open();
      await expect(lab.whileTimePasses(queued.outcome())).resolves.toEqual({ ok: true, value: 'paid' });
    });

    it('is kept only if the sender asked for it', async () => {
      const node = await charging(() => 'paid');
      const queued = await node.mediator.enqueue(new ChargeCard(1));
      await expect(queued.outcome()).rejects.toMatchObject({ code: 'CATGA_UNSUPPORTED' });
      const later = await receipt(node);
      await lab.whileTimePasses(later.outcome());
      await expect(node.mediator.outcomeOf(ChargeCard, queued.messageId)).resolves.toBeUndefined();
    });

    it('leaves no trace in a dead letter', async () => {
      const node = await charging(() => {
        throw Object.assign(new Error('refused'), { retryable: false });
      });
      const headers = { tenant: 'a' };
      await node.mediator.enqueue(new ChargeCard(1), { keepOutcome: true, headers, messageId: 'q1' });
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      const [letter] = (await node.deadLetters.list()).items;
      expect(letter?.headers).toEqual(headers);
      expect((await node.deadLetters.get(letter!.id))?.headers).toEqual(headers);
    });

    it('leaves no trace in headers and in a receipt as JSON', async () => {
      let seen: unknown;
      const node = await charging((_command, { headers }) => void (seen = headers));
      const headers = { tenant: 'a' };
      const queued = await node.mediator.enqueue(new ChargeCard(1), { keepOutcome: true, headers });
      await lab.whileTimePasses(queued.outcome());
      expect(seen).toEqual(headers);
      const { messageId } = queued;
      expect(JSON.parse(JSON.stringify(queued))).toEqual({ messageId, name: 'ChargeCard', duplicate: false });
    });
  });
}
