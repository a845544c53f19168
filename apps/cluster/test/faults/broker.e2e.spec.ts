import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BUILD_WITHIN_MS, buildCluster } from '../built-cluster.fixture.js';
import { CASE_WITHIN_MS, FaultLab } from './fault-lab.fixture.js';

let lab: FaultLab;
beforeAll(buildCluster, BUILD_WITHIN_MS);
beforeEach(async () => {
  lab = await FaultLab.open();
}, CASE_WITHIN_MS);
afterEach(() => lab.close(), CASE_WITHIN_MS);

const WAITS = { timeoutMs: 20_000 };

describe('a broker that stays away', () => {
  it(
    'lets what is sent wait within its deadline and within a bound, and fails it then; nothing hangs',
    async () => {
      const { caller, worker } = await lab.start('caller', 'worker');
      await lab.broker.kill();
      const tea = caller.send('Note', 'tea', { timeoutMs: 1000 });
      expect(await tea).toMatchObject({ error: { code: 'CATGA_TIMEOUT' } });
      const patient = caller.send('Note', 'patient', WAITS);
      await caller.ask('self', undefined); // A frame of its own, which is kept.
      const much = 'x'.repeat(48 * 1024); // of 64 KiB
      const outcomes = await Promise.all([
        caller.send('Note', `${much}1`, { timeoutMs: 1500 }),
        caller.send('Look', `${much}2`, { timeoutMs: 1500 }),
        caller.send('Charge', `${much}3`, { timeoutMs: 1500 }),
      ]);
      const codes = outcomes.map((outcome) => 'error' in outcome && outcome.error.code);
      expect(codes).toContain('CATGA_ENGINE_UNAVAILABLE');
      expect(codes.every((code) => code === 'CATGA_ENGINE_UNAVAILABLE' || code === 'CATGA_TIMEOUT')).toBe(
        true,
      );
      await lab.broker.start();
      expect(await patient).toHaveProperty('runId');
      expect(await caller.send('Note', 'afterwards', WAITS)).toHaveProperty('runId');
      expect(lab.effectsOf('patient')).toHaveLength(1);
      expect((await worker.ask('self', undefined)).load.inFlight).toBe(0);
    },
    CASE_WITHIN_MS,
  );
});
