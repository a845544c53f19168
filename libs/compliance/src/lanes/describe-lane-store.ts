import { afterEach, beforeEach, describe } from '@jest/globals';
import { LaneLab } from './lane-lab.js';
import { laneLog } from './lane-log.js';
import type { LaneStoreHarness } from './lane-store-harness.js';
import { recordStore } from './record-store.js';

/** Compliance suite for lane stores, which hold the durable events of every engine. */
export function describeLaneStore(name: string, harness: LaneStoreHarness): void {
  describe(`lane store ${name}`, () => {
    const lab = new LaneLab(harness);
    beforeEach(() => lab.open());
    afterEach(() => lab.close());
    laneLog(lab);
    recordStore(lab);
  });
}
