import { randomUUID } from 'node:crypto';
import { CatgaIds } from '@catga/core';
import { ulid } from 'ulid';
import { v7 } from 'uuid';
import { keep } from '../measure/calls.js';
import type { Contender, Scenario } from '../measure/contender.js';

const CLOCK = 'Date.now() (the floor)';
export const CATGA_TEXT = 'CatgaIds next, text';
export const CATGA_BATCHES = 'CatgaIds fill, batches of 4096';
export const CATGA_SUSTAINED = 'CatgaIds fill, sustained';

/** For whoever makes more ids than the default layout has room for, 4.1 million a second. */
const LAYOUT = { workerBits: 8, sequenceBits: 14 };

const BATCH = 4096;
const SUSTAINED = 512 * BATCH;

/** Looks each text up, which hashes it, and reads its last character, which makes the string whole. */
function textIds(generator: () => () => string): Contender {
  const known = new Set(['none of them']);
  return {
    async run(calls) {
      const next = generator();
      let used = 0;
      for (let call = 0; call < calls; call++) {
        const id = next();
        if (known.has(id)) used++;
        used += id.charCodeAt(id.length - 1);
      }
      keep(used);
    },
  };
}

/** Fills a batch, then reads both halves of each id and mixes them into a hash. */
function batchesOfIds(generator: () => CatgaIds): Contender {
  const batch = new BigUint64Array(BATCH);
  const halves = new Uint32Array(batch.buffer);
  return {
    grain: BATCH,
    async run(calls) {
      const ids = generator();
      let hash = 0;
      for (let call = 0; call < calls; call += BATCH) {
        // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- not an array's fill
        ids.fill(batch);
        for (let index = 0; index < halves.length; index += 2) {
          hash = Math.imul(hash ^ (halves[index] ?? 0), 0x01000193) ^ (halves[index + 1] ?? 0);
        }
      }
      keep(hash);
    },
  };
}

export const IDS: Scenario = {
  id: 'ids',
  title: 'ids, each one also read and hashed',
  unit: 'ids',
  reference: 'crypto.randomUUID',
  contenders: {
    [CLOCK]: () => ({
      async run(calls) {
        let used = 0;
        for (let call = 0; call < calls; call++) used ^= Date.now();
        keep(used);
      },
    }),
    'crypto.randomUUID': () => textIds(() => () => randomUUID()),
    'uuid v7': () => textIds(() => () => v7()),
    ulid: () => textIds(() => () => ulid()),
    // A new generator for each round: it may borrow from the future, and so is not held to the sustained rate.
    [CATGA_TEXT]: () => textIds(() => generating((ids) => () => ids.next())),
    'CatgaIds nextBigInt'() {
      const known = new Set([0n]);
      return {
        async run(calls) {
          const ids = new CatgaIds({ layout: LAYOUT });
          let used = 0;
          for (let call = 0; call < calls; call++) if (known.has(ids.nextBigInt())) used++;
          keep(used);
        },
      };
    },
    [CATGA_BATCHES]: () => batchesOfIds(() => new CatgaIds({ layout: LAYOUT })),
    // One that may not borrow, over enough milliseconds for a begun one not to matter.
    [CATGA_SUSTAINED]() {
      const ids = new CatgaIds({ layout: LAYOUT, maxBorrowMs: 0 });
      return { ...batchesOfIds(() => ids), grain: SUSTAINED };
    },
  },
};

function generating(use: (ids: CatgaIds) => () => string): () => string {
  return use(new CatgaIds({ layout: LAYOUT }));
}
