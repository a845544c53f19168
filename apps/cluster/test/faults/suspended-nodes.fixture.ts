import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { EngineName } from '../../src/conductor/conductor-options.js';
import { BUILD_WITHIN_MS, buildCluster } from '../built-cluster.fixture.js';
import { CASE_WITHIN_MS, FaultLab, holderOf } from './fault-lab.fixture.js';
import type { ProbeProcess } from './probe-process.fixture.js';
import { until } from './until.fixture.js';

/** Whether a node was told these changes of another one, one after the other. A busy machine may add suspicions before. */
async function wasTold(observer: ProbeProcess, nodeId: string, story: string): Promise<boolean> {
  const changes = await observer.ask('changes', undefined);
  const types = changes.filter((change) => change.nodeId === nodeId).map(({ type }) => type);
  return types.join().includes(story);
}

/** Both nodes answer queries of the caller. */
async function bothServe(caller: ProbeProcess, one: ProbeProcess, two: ProbeProcess): Promise<void> {
  await until(async () => {
    await Promise.all(['look a', 'look b'].map((text) => caller.send('Look', text, { timeoutMs: 5000 })));
    return [one, two].every(({ begun }) => begun.some((text) => text.startsWith('look')));
  });
}

/** Processes that stand still for longer than the heartbeat timeout, and go on. */
export function suspendedNodes(engine: EngineName): void {
  beforeAll(buildCluster, BUILD_WITHIN_MS);

  describe(`on ${engine}, a node that is suspended (SIGSTOP) for longer than the heartbeat timeout, and woken`, () => {
    let lab: FaultLab;
    afterEach(() => lab.close(), CASE_WITHIN_MS);

    it(
      'within the lease of its claim: its run is the only one, and it is known again as the start that it is',
      async () => {
        lab = await FaultLab.open(engine, 60_000);
        const { caller, one, two } = await lab.start('caller', 'one', 'two');
        await one.ask('hold', 'before the effect');
        await two.ask('hold', 'before the effect');
        const charged = caller.send('Charge', 'c1', { messageId: 'm1', timeoutMs: 20_000 });
        const [holder, other] = await holderOf('c1', one, two);
        holder.suspend();
        await until(() => wasTold(caller, holder.nodeId, 'suspected,left'));
        holder.resume();
        await until(() => wasTold(caller, holder.nodeId, 'left,joined'));
        await holder.ask('hold', undefined);
        await other.ask('hold', undefined);
        expect(await charged).toEqual({ runId: lab.effectsOf('c1')[0] });
        expect(lab.effectsOf('c1')).toEqual([expect.stringContaining(`${holder.nodeId}/`)]);
        expect(other.begun).toEqual([]);
        const changes = await caller.ask('changes', undefined);
        const starts = changes.filter(({ nodeId }) => nodeId === holder.nodeId);
        expect(new Set(starts.map(({ incarnation }) => incarnation))).toEqual(new Set([holder.incarnation]));
        await bothServe(caller, one, two);
      },
      CASE_WITHIN_MS,
    );

    it(
      'beyond the lease: another takes over, the woken handler is told and takes no effect, and one outcome stands',
      async () => {
        lab = await FaultLab.open(engine);
        const { caller, one, two } = await lab.start('caller', 'one', 'two');
        await one.ask('hold', 'before the effect');
        await two.ask('hold', 'before the effect');
        const charged = caller.send('Charge', 'c1', { messageId: 'm1', timeoutMs: 20_000 });
        const [holder, other] = await holderOf('c1', one, two);
        holder.suspend();
        await other.ask('hold', undefined);
        const answer = await charged;
        expect(answer).toEqual({ runId: lab.effectsOf('c1')[0] });
        const record = await lab.recordOf('m1');
        holder.resume();
        // Its renewals find the claim gone; nothing else says so before it is released.
        await until(() => wasTold(caller, holder.nodeId, 'left,joined'));
        await until(() => holder.overruled.includes('c1'));
        await holder.ask('hold', undefined);
        await until(async () => (await holder.ask('self', undefined)).load.inFlight === 0);
        expect(lab.effectsOf('c1')).toEqual([expect.stringContaining(`${other.nodeId}/`)]);
        expect(await lab.recordOf('m1')).toBe(record);
        await bothServe(caller, one, two);
        expect(await caller.send('Charge', 'c1', { messageId: 'm1' })).toEqual(answer);
      },
      CASE_WITHIN_MS,
    );

    it(
      'after its effect and beyond the lease: it completes in vain, and everybody gets the outcome on record',
      async () => {
        lab = await FaultLab.open(engine);
        const { caller, one, two } = await lab.start('caller', 'one', 'two');
        await one.ask('hold', 'after the effect');
        await two.ask('hold', 'after the effect');
        const charged = caller.send('Charge', 'c1', { messageId: 'm1', timeoutMs: 20_000 });
        const [holder, other] = await holderOf('c1', one, two);
        await until(() => lab.effectsOf('c1').length === 1);
        holder.suspend();
        await other.ask('hold', undefined);
        const answer = await charged;
        expect(answer).toEqual({ runId: lab.effectsOf('c1').at(-1) });
        const record = await lab.recordOf('m1');
        holder.resume();
        await holder.ask('hold', undefined);
        await until(async () => (await holder.ask('self', undefined)).load.inFlight === 0);
        expect(await lab.recordOf('m1')).toBe(record);
        await bothServe(caller, one, two);
        expect(await caller.send('Charge', 'c1', { messageId: 'm1' })).toEqual(answer);
        expect(lab.effectsOf('c1')).toHaveLength(2); // the documented limit: an effect without its record
      },
      CASE_WITHIN_MS,
    );
  });
}
