import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { CatgaNode, DeadLetter } from '@catga/core';
import { CartViewed, OrderPlaced, PlaceOrder, Shop, until } from './shop.fixture.js';
import { TestTerminal } from './terminal.fixture.js';
import {
  batch,
  check,
  deadLetter,
  handled,
  letterGroup,
  node,
  nodeChange,
  shownNode,
  queuedCommand,
  subscription,
  takenCommand,
  topology,
} from './output-schemas.fixture.js';

/** Every command that needs a broker, on one. */
export function describeCommandLine(broker: 'nats' | 'redis'): void {
  describe(`the command line on ${broker}`, () => {
    let shop: Shop;
    let web: CatgaNode;
    let terminal: TestTerminal;
    beforeAll(async () => {
      shop = await Shop.open(broker);
      terminal = new TestTerminal({ CATGA_URL: shop.url });
      await Promise.all([
        shop.shop('shop-1'),
        shop.shop('shop-2', { admin: { describe: false, tap: false } }),
      ]);
      web = await shop.node('web-1', { service: 'web' });
      await until(() => web.mediator.nodes().length === 3);
      await web.mediator.send(new PlaceOrder('tea'));
      await web.mediator.publish(new CartViewed('c1'));
      await web.mediator.publish(new OrderPlaced('o1'));
      await until(() => shop.placed.length === 1);
    });
    afterAll(async () => {
      await shop.close();
      terminal.folder.remove();
    });

    /** A dead letter of an order that nobody can place. */
    async function letterOf(orderId: string): Promise<DeadLetter> {
      await web.mediator.publish(new OrderPlaced(orderId, -1));
      let found: DeadLetter | undefined;
      await until(async () => {
        const { items } = await web.deadLetters.list();
        found = items.find(({ message }) => (message as OrderPlaced).orderId === orderId);
        return found !== undefined;
      });
      return found!;
    }

    it('is a program that ends by itself', async () => {
      const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [program, 'nodes', 'ls', '--output', 'json'],
        {
          env: { ...process.env, CATGA_URL: shop.url },
        },
      );
      expect(z.array(node).parse(JSON.parse(stdout))).toHaveLength(3);
    });

    describe('nodes', () => {
      it('ls lists them by service, and not itself', async () => {
        const nodes = z.array(node).parse(await terminal.json('nodes', 'ls'));
        expect(nodes.map(({ nodeId }) => nodeId)).toEqual(['shop-1', 'shop-2', 'web-1']);
        const { out } = await terminal.run('nodes', 'ls');
        expect(out).toMatch(/NODE +SERVICE +STATUS[\s\S]*shop-1 +shop +alive/);
      });

      it('ls --watch goes on with the changes until it is stopped', async () => {
        const watch = terminal.start(['nodes', 'ls', '--watch', '--output', 'jsonl']);
        await until(() => watch.lines.length >= 3);
        const passing = await shop.node('passing');
        await until(() => watch.lines.some((line) => line.includes('"joined"') && line.includes('passing')));
        await passing.stop();
        await until(() => watch.lines.some((line) => line.includes('"left"') && line.includes('passing')));
        watch.stop();
        await expect(watch.ended).resolves.toMatchObject({ exitCode: 0, err: '' });
        for (const line of watch.lines) nodeChange.parse(JSON.parse(line));
      });

      it('show describes a node', async () => {
        const { description } = shownNode.parse(await terminal.json('nodes', 'show', 'shop-1'));
        expect(description.engine).toBe(broker);
        expect(description.subscriptions.map(({ id }) => id)).toEqual([
          'queue.orders.place.v1',
          'shop.Stock',
        ]);
        const { out } = await terminal.run('nodes', 'show', 'shop-2');
        expect(out).toMatch(/problem +Node shop-2 does not handle catga\.admin\.describe/);
      });

      it('show ends with 3 for one that is not there', async () => {
        await expect(terminal.run('nodes', 'show', 'nobody')).resolves.toEqual({
          exitCode: 3,
          out: '',
          err: "There is no node 'nobody'.\n",
        });
      });
    });

    describe('subs', () => {
      it('ls lists subscriptions and queues with their backlog', async () => {
        const all = z.array(subscription).parse(await terminal.json('subs', 'ls'));
        expect(all.map(({ id, isPaused }) => [id, isPaused])).toEqual([
          ['queue.orders.place.v1', false],
          ['shop.Stock', false],
        ]);
      });

      it('pause and resume one for the whole service', async () => {
        await expect(terminal.run('subs', 'pause', 'shop.Stock')).resolves.toMatchObject({
          exitCode: 0,
          out: "'shop.Stock' is paused.\n",
        });
        const { out } = await terminal.run('subs', 'ls');
        expect(out).toMatch(/shop\.Stock +paused/);
        await expect(terminal.json('subs', 'resume', 'shop.Stock')).resolves.toEqual({
          id: 'shop.Stock',
          isPaused: false,
        });
        await expect(terminal.run('subs', 'resume', 'shop.Stock')).resolves.toMatchObject({ exitCode: 3 });
        await expect(terminal.run('subs', 'pause', 'shop.Nobody')).resolves.toMatchObject({ exitCode: 3 });
      });

      it('drop forgets one, when somebody has said so', async () => {
        const old = await shop.node('old', { service: 'old' }, (it) =>
          it.handleEvent(OrderPlaced, () => {}, { name: 'Gone' }),
        );
        await old.stop();
        await expect(terminal.run('subs', 'drop', 'old.Gone')).resolves.toMatchObject({
          exitCode: 2,
          err: expect.stringContaining('Pass --yes') as unknown as string,
        });
        const asked = new TestTerminal({ CATGA_URL: shop.url });
        asked.answer = 'no';
        await expect(asked.run('subs', 'drop', 'old.Gone')).resolves.toMatchObject({ exitCode: 1 });
        asked.answer = 'y';
        await expect(asked.run('subs', 'drop', 'old.Gone')).resolves.toMatchObject({ exitCode: 0 });
        await expect(terminal.run('subs', 'drop', 'old.Gone', '--yes')).resolves.toMatchObject({
          exitCode: 3,
        });
        asked.folder.remove();
      });
    });

    describe('queue', () => {
      const HOUR_MS = 3_600_000;
      const NAME = 'orders.place.v1';

      it('ls lists what is queued, cancel and reschedule take one back by its id', async () => {
        for (const messageId of ['q1', 'q2'])
          await web.mediator.enqueue(new PlaceOrder('tea'), { messageId, delayMs: HOUR_MS });
        const all = z.array(queuedCommand).parse(await terminal.json('queue', 'ls'));
        expect(all.map(({ name, messageId, state }) => [name, messageId, state])).toEqual([
          [NAME, 'q1', 'delayed'],
          [NAME, 'q2', 'delayed'],
        ]);
        const first = await terminal.run('queue', 'ls', '--limit', '1', '--name', NAME);
        expect(first.out).toMatch(/q1 +- +delayed .* (59m|1h)/);
        const [, after = ''] = /--after (\S+)/.exec(first.err) ?? [];
        expect((await terminal.run('queue', 'ls', '--limit', '1', '--after', after)).out).toMatch(/q2/);
        const later = takenCommand.parse(
          await terminal.json('queue', 'reschedule', 'q1', '--at', '2027-01-01'),
        );
        expect(later).toEqual({ name: NAME, messageId: 'q1', state: 'rescheduled' });
        await expect(terminal.run('queue', 'cancel', 'q1')).resolves.toMatchObject({ exitCode: 2 });
        const cancelled = takenCommand.parse(await terminal.json('queue', 'cancel', 'q1', '--yes'));
        expect(cancelled).toEqual({ name: NAME, messageId: 'q1', state: 'cancelled' });
        await expect(terminal.run('queue', 'cancel', 'q2', '--name', NAME, '--yes')).resolves.toMatchObject({
          exitCode: 0,
          out: `'q2' (${NAME}) is cancelled.\n`,
        });
        await expect(terminal.json('queue', 'ls')).resolves.toEqual([]);
      });

      it('ends with 3 for one that is not there, and with 2 without a time', async () => {
        const isNotThere = { exitCode: 3, err: expect.stringContaining("'nobody'") as unknown as string };
        for (const name of [[], ['--name', NAME]])
          await expect(terminal.run('queue', 'cancel', 'nobody', '--yes', ...name)).resolves.toMatchObject(
            isNotThere,
          );
        await expect(terminal.run('queue', 'reschedule', 'nobody')).resolves.toMatchObject({ exitCode: 2 });
      });
    });

    describe('dlq', () => {
      it('ls lists them page by page, and by a filter', async () => {
        await letterOf('ls-1');
        await letterOf('ls-2');
        const all = z.array(deadLetter).parse(await terminal.json('dlq', 'ls'));
        expect(all.length).toBeGreaterThanOrEqual(2);
        const first = await terminal.run('dlq', 'ls', '--limit', '1', '--output', 'jsonl');
        const [, after = ''] = /--after (\S+)/.exec(first.err) ?? [];
        const second = await terminal.run('dlq', 'ls', '--limit', '1', '--output', 'jsonl', '--after', after);
        expect([first, second].map(({ out }) => (JSON.parse(out) as DeadLetter).id)).toEqual(
          all.slice(0, 2).map(({ id }) => id),
        );
        await expect(terminal.json('dlq', 'ls', '--name', 'nobody.v1')).resolves.toEqual([]);
        const { out } = await terminal.run('dlq', 'ls');
        expect(out).toContain('RangeError: total -1 of ls-1');
      });

      it('groups counts what differs in numbers only as one', async () => {
        await letterOf('groups-1');
        await letterOf('groups-2');
        const groups = z.array(letterGroup).parse(await terminal.json('dlq', 'groups'));
        expect(groups.find(({ error }) => error.message === 'total -# of groups-#')?.count).toBe(2);
      });

      it('show tells of one, also of steering characters in its texts', async () => {
        const { id } = await letterOf('show\u001b[2J');
        const letter = deadLetter.parse(await terminal.json('dlq', 'show', id));
        expect(letter.message).toEqual({ orderId: 'show\u001b[2J', total: -1 });
        const { out } = await terminal.run('dlq', 'show', id);
        expect(out).toMatch(/error +RangeError: total -1 of show�\[2J/);
        await expect(terminal.run('dlq', 'show', 'nobody')).resolves.toMatchObject({ exitCode: 3 });
      });

      it('edit redrives one with other content, as a new message', async () => {
        const { id } = await letterOf('edit');
        await expect(terminal.run('dlq', 'edit', id, '[1]')).resolves.toMatchObject({ exitCode: 2 });
        await expect(
          terminal.json('dlq', 'edit', id, JSON.stringify({ orderId: 'edited', total: 1 })),
        ).resolves.toEqual({ id, messageId: expect.any(String) as unknown });
        await until(() => shop.placed.includes('edited'));
        await expect(terminal.run('dlq', 'show', id)).resolves.toMatchObject({ exitCode: 3 });
      });

      it('redrive gives back one, or those of a filter, and never all of them by mistake', async () => {
        const { id } = await letterOf('redrive');
        await expect(terminal.run('dlq', 'redrive', id)).resolves.toMatchObject({ exitCode: 0 });
        await until(async () => (await web.deadLetters.get(id)) === undefined);
        await expect(terminal.run('dlq', 'redrive', id)).resolves.toMatchObject({ exitCode: 3 });
        await expect(terminal.run('dlq', 'redrive', '--yes')).resolves.toMatchObject({ exitCode: 2 });
        const { succeeded, failed } = batch.parse(
          await terminal.json('dlq', 'redrive', '--subscription', 'shop.Stock', '--yes'),
        );
        expect([succeeded > 0, failed]).toEqual([true, 0]);
      });

      it('drop forgets one, those of a filter, or all', async () => {
        const { id, messageId } = await letterOf('drop-1');
        await expect(terminal.run('dlq', 'drop', id)).resolves.toMatchObject({ exitCode: 2 });
        await expect(terminal.run('dlq', 'drop', id, '--yes')).resolves.toMatchObject({ exitCode: 0 });
        const none = await terminal.json('dlq', 'drop', '--message-id', messageId, '--yes');
        expect(batch.parse(none)).toMatchObject({ succeeded: 0 });
        await letterOf('drop-2');
        expect(batch.parse(await terminal.json('dlq', 'drop', '--all', '--yes')).failed).toBe(0);
      });
    });

    describe('topology', () => {
      it('shows who sends what to whom', async () => {
        await until(() =>
          web.mediator.nodes().every(({ nodeId, sends }) => nodeId !== 'web-1' || sends?.length === 1),
        );
        await until(async () => {
          const { edges } = topology.parse(await terminal.json('topology'));
          return edges.length >= 3;
        });
        const { edges, services } = topology.parse(await terminal.json('topology'));
        expect(services.find(({ service }) => service === 'shop')?.nodes).toEqual(['shop-1', 'shop-2']);
        expect(edges).toEqual([
          { from: 'web', to: 'shop', name: 'carts.viewed.v1', kind: 'event' },
          { from: 'web', to: 'shop', name: 'orders.placed.v1', kind: 'reliable event' },
          { from: 'web', to: 'shop', name: 'orders.place.v1', kind: 'request' },
        ]);
        const { out } = await terminal.run('topology', '--format', 'mermaid');
        expect(out).toMatch(/^flowchart LR\n {2}s0\["shop \(2\)"\]/);
        expect(out).toMatch(/s1 -->\|"orders\.place\.v1"\| s0/);
        expect((await terminal.run('topology')).out).toMatch(/web +shop +request +orders\.place\.v1/);
      });
    });

    describe('send, publish and enqueue', () => {
      it('send writes the result of a command or a query', async () => {
        await expect(
          terminal.json('send', 'orders.place.v1', '{"sku":"milk"}', '--node', 'shop-1'),
        ).resolves.toEqual({
          orderId: 'order of milk',
        });
        await expect(
          terminal.json('send', 'orders.count.v1', '{}', '--kind', 'query', '--node', 'shop-2'),
        ).resolves.toEqual(expect.any(Number));
      });

      it('send ends with 1 where a node does not tell what a request is, and with 3 where nobody handles it', async () => {
        await expect(
          terminal.run('send', 'orders.count.v1', '{}', '--node', 'shop-2'),
        ).resolves.toMatchObject({
          exitCode: 1,
          err: expect.stringContaining('pass --kind') as unknown as string,
        });
        await expect(terminal.run('send', 'nobody.v1', '{}')).resolves.toMatchObject({ exitCode: 3 });
        await expect(terminal.run('send', 'orders.count.v1', '{')).resolves.toMatchObject({ exitCode: 2 });
      });

      it('publish stores what durable subscriptions want, and hands over what nodes want', async () => {
        await expect(terminal.json('publish', 'orders.placed.v1', '{"orderId":"by-hand"}')).resolves.toEqual({
          name: 'orders.placed.v1',
          isReliable: true,
        });
        await until(() => shop.placed.includes('by-hand'));
        await terminal.json('publish', 'carts.viewed.v1', '{"cartId":"by-hand"}');
        await until(() => shop.carts.includes('by-hand'));
        await expect(terminal.run('publish', 'nobody.v1', '{}')).resolves.toMatchObject({ exitCode: 3 });
      });

      it('enqueue queues a command once under an id, and waits for its outcome', async () => {
        const args = ['enqueue', 'orders.place.v1', '{"sku":"tea"}', '--message-id', 'twice'];
        await expect(terminal.json(...args)).resolves.toMatchObject({ messageId: 'twice', duplicate: false });
        await expect(terminal.json(...args)).resolves.toMatchObject({ messageId: 'twice', duplicate: true });
        await expect(
          terminal.json('enqueue', 'orders.place.v1', '{"sku":"rice"}', '--wait'),
        ).resolves.toEqual({
          orderId: 'order of rice',
        });
      });
    });

    it('tail shows what nodes handle, and which do not tell', async () => {
      const tail = terminal.start([
        'tail',
        '--name',
        'orders.placed.v1',
        '--failed',
        '--count',
        '2',
        '--output',
        'jsonl',
      ]);
      let published = 0;
      await until(async () => {
        // Until it listens, and on the node that tells.
        if (tail.lines.length < 2) await web.mediator.publish(new OrderPlaced(`tail-${published++}`, -1));
        return tail.lines.length >= 2;
      });
      const { exitCode, out, err } = await tail.ended;
      expect([exitCode, err]).toEqual([0, expect.stringContaining("Node 'shop-2' does not report")]);
      for (const line of out.trim().split('\n')) {
        expect(handled.parse(JSON.parse(line))).toMatchObject({ nodeId: 'shop-1', handler: 'shop.Stock' });
      }
      await terminal.run('dlq', 'drop', '--all', '--yes');
    });

    describe('check', () => {
      it('nodes is critical when there are too few', async () => {
        await expect(terminal.run('check', 'nodes', '--service', 'shop', '--warn', '2')).resolves.toEqual({
          exitCode: 0,
          out: "CATGA NODES OK - shop 2 | 'shop'=2;2:;1:\n",
          err: '',
        });
        await expect(terminal.run('check', 'nodes', '--service', 'billing')).resolves.toMatchObject({
          exitCode: 2,
          out: expect.stringContaining('CRITICAL - billing 0') as unknown as string,
        });
      });

      it('dlq warns of the first dead letter', async () => {
        await expect(terminal.run('check', 'dlq')).resolves.toMatchObject({ exitCode: 0 });
        await letterOf('check');
        const { exitCode, out } = await terminal.run('check', 'dlq', '--format', 'json');
        expect([exitCode, check.parse(JSON.parse(out)).state]).toEqual([1, 'WARNING']);
        await expect(terminal.run('check', 'dlq', '--format', 'prometheus')).resolves.toMatchObject({
          out: '# TYPE catga_dead_letters gauge\ncatga_dead_letters{subscription="shop.Stock"} 1\n',
        });
      });

      it('lag is critical for a subscription that falls behind', async () => {
        await terminal.run('subs', 'pause', 'shop.Stock');
        await web.mediator.publish(new OrderPlaced('lag'));
        const args = ['check', 'lag', '--subscription', 'shop.Stock', '--warn', '1', '--crit', '1'];
        await expect(terminal.run(...args)).resolves.toMatchObject({ exitCode: 2 });
        await terminal.run('subs', 'resume', 'shop.Stock');
        await until(async () => (await terminal.run(...args)).exitCode === 0);
        await expect(terminal.run('check', 'lag', '--subscription', 'nobody')).resolves.toMatchObject({
          exitCode: 3,
        });
      });
    });
  });
}
