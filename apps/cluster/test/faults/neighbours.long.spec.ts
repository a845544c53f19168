import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD_WITHIN_MS, buildCluster } from '../built-cluster.fixture.js';
import { CASE_WITHIN_MS, FaultLab, untilSees } from './fault-lab.fixture.js';
import type { ProbeProcess } from './probe-process.fixture.js';
import { until } from './until.fixture.js';

/** Longer than any case takes, and never reached: nothing here may wait. */
const WAITS = { timeoutMs: 20_000 };

let lab: FaultLab;
let caller: ProbeProcess;
let one: ProbeProcess;
beforeAll(async () => {
  buildCluster();
  lab = await FaultLab.open();
  ({ caller, one } = await lab.start('caller', 'one'));
}, BUILD_WITHIN_MS + CASE_WITHIN_MS);
afterAll(() => lab.close(), CASE_WITHIN_MS);

describe('processes of one cluster', () => {
  it('are told at once that nobody handles a request, and which nodes were seen', async () => {
    expect(await caller.send('Unheard', 'hello', WAITS)).toMatchObject({
      error: {
        code: 'CATGA_NO_HANDLER',
        details: { nodes: expect.arrayContaining(['caller', 'one']) as unknown },
      },
    });
  });

  it('are told at once that a payload is too large, either by the limit or by the broker, and go on', async () => {
    const atTheLimit = 'x'.repeat(1024 * 1024);
    const beyondAFrame = 'x'.repeat(1024 * 1024 - 64);
    for (const text of [atTheLimit, beyondAFrame]) {
      const refused = await caller.send('Note', text, WAITS);
      expect(refused).toMatchObject({ error: { code: 'CATGA_PAYLOAD_TOO_LARGE' } });
    }
    expect(await caller.send('Note', 'small', WAITS)).toEqual({ runId: lab.effectsOf('small')[0] });
    expect((await caller.ask('self', undefined)).load.unanswered).toBe(0);
  });

  it('refuse frames of a newer protocol, say so, and misread nothing', async () => {
    const client = await lab.client();
    const address = { nodeId: one.nodeId, incarnation: one.incarnation };
    const frames: Uint8Array[] = [];
    const subscription = client.subscribe(`${lab.namespace}.node.>`, {
      callback: (_error, { data }) => void frames.push(data),
    });
    await client.flush();
    await caller.send('Note', 'as it is', WAITS);
    const request = await until(() => frames.find((frame) => Buffer.from(frame).includes('as it is')));
    subscription.unsubscribe();
    const newer = Buffer.from(request);
    newer.writeUInt8(newer.readUInt8(2) + 1, 2);
    const subject = `${lab.namespace}.node.${address.nodeId}.${address.incarnation}`;
    client.publish(subject, newer);
    await until(() => /protocol version 2; this node speaks version 1/.test(one.log));
    expect(one.log).toContain('Use one protocol version on all nodes of the namespace');
    expect(await caller.send('Note', 'afterwards', WAITS)).toHaveProperty('runId');
    expect(lab.effectsOf('as it is')).toHaveLength(1);
  });

  it('take a record of the directory that they do not understand for none', async () => {
    const client = await lab.client();
    client.publish(`$KV.${lab.namespace}_nodes.stranger`, JSON.stringify({ timeoutMs: 60_000, node: 7 }));
    await client.flush();
    expect(await caller.send('Note', 'with a stranger', WAITS)).toHaveProperty('runId');
    expect(await caller.sees()).toBe('caller,one');
  });

  it(
    'that come late see everybody at once, and get work',
    async () => {
      const late = await lab.node('two');
      expect(await late.sees()).toBe('caller,one,two');
      await until(async () => {
        await caller.send('Note', 'for whoever', WAITS);
        return late.begun.includes('for whoever');
      });
      expect(await late.send('Look', 'from the late one', WAITS)).toHaveProperty('runId');
    },
    CASE_WITHIN_MS,
  );

  it(
    'finish what a caller asked who was killed meanwhile, and keep nothing of it',
    async () => {
      const gone = await lab.node('caller-2');
      await until(async () => (await gone.sees()).includes('one'));
      await one.ask('hold', 'before the effect');
      const sent = Promise.all(['lost 1', 'lost 2', 'lost 3'].map((text) => gone.send('Note', text, WAITS)));
      const begun = await until(() => one.begun.find((text) => text.startsWith('lost')));
      await gone.kill();
      await one.ask('hold', undefined);
      await until(() => lab.effectsOf(begun).length === 1);
      await until(async () => {
        const { inFlight, queued, unanswered } = (await one.ask('self', undefined)).load;
        return inFlight + queued + unanswered === 0;
      });
      await until(async () => !(await caller.sees()).includes('caller-2'));
      void sent; // Nobody is there to be told.
    },
    CASE_WITHIN_MS,
  );

  it(
    'do not wait for one that was killed and is still in the directory',
    async () => {
      await untilSees(caller, 'caller,one,two');
      await one.kill();
      expect((await caller.ask('nodes', undefined)).map(({ nodeId }) => nodeId)).toContain('one');
      const texts = Array.from({ length: 10 }, (_, index) => `after the death ${index}`);
      const outcomes = await Promise.all(texts.map((text) => caller.send('Note', text, { timeoutMs: 1000 })));
      for (const outcome of outcomes)
        expect(outcome).toEqual({ runId: expect.stringContaining('two/') as unknown });
    },
    CASE_WITHIN_MS,
  );
});
