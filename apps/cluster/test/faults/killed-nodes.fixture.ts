import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TcpProxy } from '@catga/servers';
import type { EngineName } from '../../src/conductor/conductor-options.js';
import { BUILD_WITHIN_MS, buildCluster } from '../built-cluster.fixture.js';
import { CASE_WITHIN_MS, FaultLab, holderOf, untilSees } from './fault-lab.fixture.js';
import { until } from './until.fixture.js';

/** A process that ends at once while it handles requests that another node may handle as well. */
export function killedNode(engine: EngineName): void {
  describe(`on ${engine}, a node that is killed in the middle of a request`, () => {
    const lab = labs(engine);

    it(
      'is replaced by another: a command at QoS 1 and a query both end well before their deadlines',
      async () => {
        const { caller, one, two } = await lab().start('caller', 'one', 'two');
        await Promise.all([one, two].map((node) => node.ask('hold', 'before the effect')));
        const noted = caller.send('Note', 'n1', { timeoutMs: 20_000 });
        const [holder, other] = await holderOf('n1', one, two);
        const looks = ['l1', 'l2'].map((text) => caller.send('Look', text, { timeoutMs: 20_000 }));
        await until(() => one.begun.length + two.begun.length === 3);
        await other.ask('hold', undefined);
        await holder.kill();
        const runId = expect.stringContaining(`${other.nodeId}/`) as unknown;
        expect(await noted).toEqual({ runId });
        expect(await Promise.all(looks)).toEqual([{ runId }, { runId }]);
        expect(lab().effectsOf('n1')).toHaveLength(1);
      },
      CASE_WITHIN_MS,
    );
  });
}

/** Processes that end at once while they handle a command of QoS 2. */
export function killedNodesOfClaims(engine: EngineName): void {
  describe(`on ${engine}, a node that is killed in the middle of a command of QoS 2`, () => {
    const lab = labs(engine);

    it(
      'before the effect: another takes over when the claim lapses, and its run is on record',
      async () => {
        const { caller, one, two } = await lab().start('caller', 'one', 'two');
        await Promise.all([one, two].map((node) => node.ask('hold', 'before the effect')));
        const charged = caller.send('Charge', 'c1', { messageId: 'm1', timeoutMs: 20_000 });
        const [holder, other] = await holderOf('c1', one, two);
        await other.ask('hold', undefined);
        await holder.kill();
        const [runId] = await until(() =>
          lab().effectsOf('c1').length > 0 ? lab().effectsOf('c1') : undefined,
        );
        expect(runId).toContain(`${other.nodeId}/`);
        expect(await charged).toEqual({ runId });
        expect(await caller.send('Charge', 'c1', { messageId: 'm1' })).toEqual({ runId });
        expect(lab().effectsOf('c1')).toHaveLength(1);
      },
      CASE_WITHIN_MS,
    );

    it(
      'after the effect and its record: the caller gets the recorded outcome, and nothing runs again',
      async () => {
        const proxy = await TcpProxy.to(lab().broker.port);
        const [caller, one, two] = await Promise.all([
          lab().node('caller', lab().urlOver(proxy)),
          lab().node('one'),
          lab().node('two'),
        ]);
        await untilSees(caller, 'caller,one,two');
        await Promise.all([one, two].map((node) => node.ask('hold', 'after the effect')));
        const charged = caller.send('Charge', 'c1', { messageId: 'm1', timeoutMs: 20_000 });
        const [holder, other] = await holderOf('c1', one, two);
        proxy.cut(); // its answer finds nobody
        await Promise.all([one, two].map((node) => node.ask('hold', undefined)));
        await until(() => lab().recordOf('m1'));
        await holder.kill();
        proxy.open();
        expect(await charged).toEqual({ runId: lab().effectsOf('c1')[0] });
        expect(lab().effectsOf('c1')).toHaveLength(1);
        expect(other.begun).toEqual([]);
        await proxy.close();
      },
      CASE_WITHIN_MS,
    );
  });
}

/** A cluster of its own for each test. */
function labs(engine: EngineName): () => FaultLab {
  let lab: FaultLab;
  beforeAll(buildCluster, BUILD_WITHIN_MS);
  beforeEach(async () => {
    lab = await FaultLab.open(engine);
  }, CASE_WITHIN_MS);
  afterEach(() => lab.close(), CASE_WITHIN_MS);
  return () => lab;
}
