import { NOTE } from '../../processes/peers/peer.js';

/** How long a claim is kept, and how long an outcome, in milliseconds. */
export const LEASE_MS = 30_000;
export const OUTCOME_MS = 120_000;

/** What a record keeps of a request that was handled. */
export const OUTCOME = Buffer.from(JSON.stringify({ id: 1, note: NOTE }));
