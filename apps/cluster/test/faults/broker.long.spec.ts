import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BUILD_WITHIN_MS, buildCluster } from '../built-cluster.fixture.js';
import { CASE_WITHIN_MS, FaultLab, untilSees } from './fault-lab.fixture.js';
import { until } from './until.fixture.js';

let lab: FaultLab;
beforeAll(buildCluster, BUILD_WITHIN_MS);
beforeEach(async () => {
  lab = await FaultLab.open();
}, CASE_WITHIN_MS);
afterEach(() => lab.close(), CASE_WITHIN_MS);

const WAITS = { timeoutMs: 20_000 };

describe('a broker that is killed and started again', () => {
  it.each([
    ['with its store', false],
    ['empty', true],
  ])(
    '%s: what was under way and what was sent meanwhile ends well, once, and everybody is known again',
    async (_how, isEmpty) => {
      const { caller, worker } = await lab.start('caller', 'worker');
      await worker.ask('hold', 'after the effect');
      const underWay = [
        caller.send('Note', 'n1', WAITS),
        caller.send('Charge', 'c1', { messageId: 'm1', ...WAITS }),
      ];
      await until(() => lab.effectsOf('n1').length + lab.effectsOf('c1').length === 2);
      await lab.broker.kill();
      const meanwhile = [
        caller.send('Note', 'n2', WAITS),
        caller.send('Charge', 'c2', { messageId: 'm2', ...WAITS }),
      ];
      await worker.ask('hold', undefined);
      if (isEmpty) lab.broker.empty();
      await lab.broker.start();
      for (const outcome of await Promise.all([...underWay, ...meanwhile]))
        expect(outcome).toHaveProperty('runId');
      for (const text of ['n1', 'c1', 'n2', 'c2']) expect(lab.effectsOf(text)).toHaveLength(1);
      const again = await caller.send('Charge', 'c1', { messageId: 'm1', ...WAITS });
      expect(again).toEqual({ runId: lab.effectsOf('c1')[0] });
      const late = await lab.node('late');
      await untilSees(late, 'caller,late,worker');
      await untilSees(caller, 'caller,late,worker');
      expect((await caller.ask('self', undefined)).load.unanswered).toBe(0);
    },
    CASE_WITHIN_MS,
  );
});
