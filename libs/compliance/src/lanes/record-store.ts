import { recordStoreCases } from '@catga/testing/outbox';
import { describe, expect, it } from '@jest/globals';
import type { LaneLab } from './lane-lab.js';

/** Record store with compare-and-set. */
export function recordStore(lab: LaneLab): void {
  describe('the records of lanes', () => {
    const cases = recordStoreCases({
      open: async () => ({ connect: async () => (await lab.connect()).records }),
    });
    it.each(cases)('$name', ({ run }) => run());

    it('have pages whose cursors are told from other texts', async () => {
      const { records } = await lab.connect();
      for (const none of ['', 'no such', '-1', '0:no'])
        await expect(records.page('p/1/', 7, none)).rejects.toMatchObject({
          code: 'CATGA_VALIDATION_FAILED',
        });
    });
  });
}
