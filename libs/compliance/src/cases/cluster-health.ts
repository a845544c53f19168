import type { CatgaLogger } from '@catga/core/engine';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';

/** Readiness and log of a node whose broker connection is lost. */
export function clusterHealth(lab: ClusterLab): void {
  const graceMs = 4 * lab.unitMs;

  describe('a node whose broker goes away', () => {
    it('is not ready once the grace is over, with the reason, and is ready again when the broker is back', async () => {
      const node = lab.member('one', { health: { graceMs } });
      expect(node.problem).toBe('The node has not started.');
      await lab.start(node);
      await lab.until(() => node.problem === undefined);
      const lostAtMs = lab.clock.monotonicMs();
      lab.loseBroker(node);
      await lab.until(() => node.problem !== undefined);
      expect(lab.clock.monotonicMs() - lostAtMs).toBeGreaterThan(graceMs);
      expect(node.problem).toMatch(/^Engine [\w-]+ has been out of reach for \d+\.\d s: \S/);
      expect(node.isOpen).toBe(true);
      lab.heal(node);
      await lab.until(() => node.problem === undefined);
      await lab.whileTimePasses(node.stop());
      expect(node.problem).toBe('The node is stopping.');
    });

    it('stays ready while it is away for less than the grace', async () => {
      const node = lab.member('one', { health: { graceMs: 100 * lab.unitMs } });
      await lab.start(node);
      lab.loseBroker(node);
      await lab.pass(4);
      expect(node.problem).toBeUndefined();
      lab.heal(node);
    });

    it('writes one line when it is lost and one when it is back, with how long it was away', async () => {
      const lines: string[] = [];
      const keep = (message: string): void => void lines.push(message);
      const logger: CatgaLogger = { debug() {}, log: keep, warn: keep, error: keep };
      const node = lab.member('one', { health: { graceMs } }, { logger });
      await lab.start(node);
      expect(lines).toEqual([]);
      lab.loseBroker(node);
      await lab.until(() => node.problem !== undefined);
      await lab.pass(12); // several heartbeats fail
      lab.heal(node);
      await lab.until(() => node.problem === undefined);
      await lab.until(() => lines.length >= 2);
      expect(lines).toEqual([
        expect.stringMatching(/^Connection to engine [\w-]+ lost: \S/),
        expect.stringMatching(/^Connection to engine [\w-]+ is back after \d+\.\d s$/),
      ]);
    });

    it('logs nothing about a connection that it closes itself', async () => {
      const lines: string[] = [];
      const keep = (message: string): void => void lines.push(message);
      const node = lab.member('one', {}, { logger: { debug() {}, log: keep, warn: keep, error: keep } });
      await lab.start(node);
      await lab.whileTimePasses(node.stop());
      await lab.pass(4);
      expect(lines).toEqual([]);
    });
  });
}
