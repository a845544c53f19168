import { afterEach, beforeEach, describe } from '@jest/globals';
import { LaneLab } from './lane-lab.js';
import { laneLog } from './lane-log.js';
import type { LaneStoreHarness } from './lane-store-harness.js';
import { recordStore } from './record-store.js';

/** Holds a lane store to its contract: what the durable events of every engine are made of. */
export function describeLaneStore(name: string, harness: LaneStoreHarness): void {
  describe(`lane store ${name}`, () => {
    const lab = new LaneLab(harness);
    beforeEach(() => lab.open());
    afterEach(() => lab.close());
    laneLog(lab);
    recordStore(lab);
  });
}
