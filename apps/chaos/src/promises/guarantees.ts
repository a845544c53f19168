import type { EngineName } from '../broker/engine-settings.js';
import type { Fault } from './faults.js';
import type { Kind } from './kinds.js';
import type { PromiseName } from './promise.js';

type Row = Readonly<Record<Kind, PromiseName>>;
type Rows = Readonly<Record<Fault, Row>>;

/** A row of cells, given in the order of the kinds: requests, the queue, events. */
function cells(
  query: PromiseName,
  command: PromiseName,
  commandQos2: PromiseName,
  enqueued: PromiseName,
  event: PromiseName,
  reliable: PromiseName,
  reliableQos2: PromiseName,
): Row {
  return {
    query,
    command,
    'command-qos2': commandQos2,
    enqueued,
    event,
    reliable,
    'reliable-qos2': reliableQos2,
  };
}

const ON_NATS: Rows = {
  throws: cells('an error', 'an error', 'an error', 'once', 'once or lost', 'once', 'once'),
  hangs: cells('an error', 'an error', 'an error', 'once', 'once or lost', 'once', 'once'),
  'killed-before': cells('once', 'once', 'once', 'once', 'once or lost', 'once', 'once'),
  'killed-after': cells(
    'once or twice',
    'once or twice',
    'once or twice',
    'once or twice',
    'once or lost',
    'once or twice',
    'once or twice',
  ),
  'caller-killed': cells(
    'once or lost',
    'once or lost',
    'once or lost',
    'once',
    'once or lost',
    'once',
    'once',
  ),
  paused: cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once or twice',
    'once or twice',
    'once or lost',
    'once or twice',
    'once or twice',
  ),
  cut: cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once, or an error',
    'once or twice',
    'once or lost',
    'once or twice',
    'once or twice',
  ),
  'cut-one-way': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once, or an error',
    'once or twice',
    'once or lost',
    'once or twice',
    'once or twice',
  ),
  'broker-restart': cells(
    'once or twice, or an error',
    'once or twice',
    'once, or an error',
    'once or twice, or an error',
    'once or lost, or an error',
    'once or twice, or an error',
    'once, or an error',
  ),
  'broker-away': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once, or an error',
    'once or twice',
    'once or lost, or an error',
    'once or twice',
    'once',
  ),
  'broker-gone-long': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once, or an error',
    'once or twice, or an error',
    'once or lost, or an error',
    'once or twice, or an error',
    'once, or an error',
  ),
  'stopped-meanwhile': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once or twice, or an error',
    'once or twice, or an error',
    'once or lost, or an error',
    'once or twice, or an error',
    'once or twice, or an error',
  ),
  'broker-failover': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once, or an error',
    'once or twice, or an error',
    'once or lost, or an error',
    'once or twice, or an error',
    'once, or an error',
  ),
  'broker-emptied': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once or twice, or an error',
    'nothing is promised',
    'once or lost, or an error',
    'nothing is promised',
    'nothing is promised',
  ),
  'broker-full': cells(
    'once',
    'once',
    'once, or an error',
    'once, or an error',
    'once',
    'once, or an error',
    'once, or an error',
  ),
  'permissions-refused': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once, or an error',
    'once or twice, or an error',
    'once or lost, or an error',
    'once or twice, or an error',
    'once, or an error',
  ),
  'clock-back': cells('once', 'once', 'once', 'once', 'once', 'once', 'once'),
  'sent-twice': cells('once or twice', 'once', 'once', 'once', 'once or twice', 'once', 'once'),
  'slow-consumer': cells('once', 'once', 'once', 'once', 'once', 'once', 'once'),
  'rolling-restart': cells('once', 'once', 'once', 'once', 'once or lost', 'once', 'once'),
  'node-joins': cells('once', 'once', 'once', 'once', 'once', 'once', 'once'),
  'long-handlers': cells('once', 'once', 'once', 'once', 'once or lost', 'once', 'once'),
  'owner-paused': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once or twice',
    'once or twice',
    'once or lost',
    'once or twice',
    'once or twice',
  ),
  'two-owners': cells(
    'once or twice',
    'once or twice',
    'once',
    'once or twice',
    'once or lost',
    'once or twice',
    'once or twice',
  ),
  overload: cells(
    'once, or an error',
    'once, or an error',
    'once, or an error',
    'once',
    'once or lost',
    'once',
    'once',
  ),
  storm: cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once or twice, or an error',
    'once or twice, or an error',
    'once or lost, or an error',
    'once or twice, or an error',
    'once or twice, or an error',
  ),
};

/** Rows that differ on Redis, and why: what a replica has not got yet when it takes over is gone. */
const DIFFERENT_ON_REDIS: Partial<Rows> = {
  'broker-failover': cells(
    'once or twice, or an error',
    'once or twice, or an error',
    'once or twice, or an error',
    'nothing is promised',
    'once or lost, or an error',
    'nothing is promised',
    'nothing is promised',
  ),
};

/**
 * What is promised of each kind of message under each fault, while the fault lasts no longer than a deadline, or a lease
 * where there is one. `docs/reference/guarantees.md` says the same, and a test holds the two together.
 */
export const GUARANTEES: Readonly<Record<EngineName, Rows>> = {
  nats: ON_NATS,
  redis: { ...ON_NATS, ...DIFFERENT_ON_REDIS },
};
