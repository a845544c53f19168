import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { BUILD_WITHIN_MS, buildCluster } from '../built-cluster.fixture.js';
import { CASE_WITHIN_MS, FaultLab, untilSees } from './fault-lab.fixture.js';
import type { Outcome } from './probe-process.fixture.js';
import { until } from './until.fixture.js';

let lab: FaultLab;
beforeAll(buildCluster, BUILD_WITHIN_MS);
beforeEach(async () => {
  lab = await FaultLab.open();
}, CASE_WITHIN_MS);
afterEach(() => lab.close(), CASE_WITHIN_MS);

/** Commands that are always under way. */
const AT_A_TIME = 20;
const WAITS = { timeoutMs: 20_000 };

it(
  'a rolling restart of every node under load loses no command, fails none, and runs none twice',
  async () => {
    const workers = ['one', 'two'] as const;
    const nodes = await lab.start('caller', ...workers);
    const { caller } = nodes;
    const outcomes = new Map<string, Outcome>();
    const end = new AbortController();
    const load = Array.from({ length: AT_A_TIME }, async (_, lane) => {
      for (let number = 0; !end.signal.aborted; number++) {
        const text = `${lane}-${number}`;
        outcomes.set(text, await caller.send(number % 4 === 0 ? 'Charge' : 'Note', text, WAITS));
      }
    });
    await until(() => outcomes.size > 100);
    for (const nodeId of workers) {
      await nodes[nodeId].terminate();
      nodes[nodeId] = await lab.node(nodeId);
      await untilSees(caller, 'caller,one,two');
      const before = nodes[nodeId].begun.length;
      await until(() => nodes[nodeId].begun.length > before + 5); // It is back at work.
    }
    end.abort();
    await Promise.all(load);
    const failed = [...outcomes].filter(([, outcome]) => 'error' in outcome);
    expect(failed).toEqual([]);
    for (const [text, outcome] of outcomes)
      expect([outcome]).toEqual(lab.effectsOf(text).map((runId) => ({ runId })));
    expect((await caller.ask('self', undefined)).load.unanswered).toBe(0);
  },
  CASE_WITHIN_MS,
);
