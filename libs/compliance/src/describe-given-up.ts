import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import type { Engine, EngineConnection, StoredDeadLetter } from '@catga/core/engine';
import type { RestartableBroker } from './restartable-broker.js';
import { storedMessage } from './stored-message.js';

/** A write, and a check whether it was applied. */
interface Write {
  readonly make: () => Promise<unknown>;
  readonly hasHappened: () => Promise<boolean>;
}

const LONG_MS = 60_000;
const PATIENCE_MS = 20_000;
/** Request timeout of the connection that gives up, in milliseconds. */
const IMPATIENT_MS = 2000;
const NODE = { nodeId: 'orders', incarnation: 1 };
const EVENT = { name: 'orders.placed.v1', messageId: 'm1' };
const OUTCOME = { ok: true, body: new Uint8Array([1]) };
const letter = (id: string): StoredDeadLetter => ({
  id,
  subscription: 'shop.A',
  stored: storedMessage(EVENT),
  failure: { error: { name: 'Error', message: 'no' }, attempts: 1, nodeId: 'orders', failedAt: new Date(0) },
});

/** One write of each port by one connection, checked by the other. Streams and the like are created beforehand. */
async function writesOf(
  { idempotency, log, deadLetters, inbox, outcomes }: EngineConnection,
  other: EngineConnection,
): Promise<Readonly<Record<string, Write>>> {
  await other.log.append(storedMessage({ messageId: 'before' }));
  await other.deadLetters.put(letter('known'), LONG_MS);
  await other.inbox.add('shop.A', { ...EVENT, messageId: 'before' }, LONG_MS);
  await other.outcomes?.append(NODE, [{ id: 'before', outcome: OUTCOME }], LONG_MS);
  const claim = await other.idempotency.claim('running', 'print', LONG_MS);
  if (claim.state !== 'claimed') throw new Error('The id is not new.');
  return {
    'the claim of an id': {
      make: () => idempotency.claim('new', 'print', LONG_MS),
      hasHappened: async () => (await other.idempotency.claim('new', 'print', LONG_MS)).state !== 'claimed',
    },
    'the outcome of an id': {
      make: () => idempotency.complete('running', claim.token, OUTCOME, LONG_MS),
      hasHappened: async () => (await other.idempotency.find('running')) !== undefined,
    },
    'a message to store': {
      make: () => log.append(storedMessage(EVENT)),
      hasHappened: async () => (await other.log.append(storedMessage(EVENT))).duplicate,
    },
    'a dead letter': {
      make: () => deadLetters.put(letter('new'), LONG_MS),
      hasHappened: async () => (await other.deadLetters.get('new')) !== undefined,
    },
    'the removal of a dead letter': {
      make: () => deadLetters.remove('known'),
      hasHappened: async () => (await other.deadLetters.get('known')) === undefined,
    },
    'the success of an event': {
      make: () => inbox.add('shop.A', EVENT, LONG_MS),
      hasHappened: () => other.inbox.has('shop.A', EVENT),
    },
    ...(outcomes !== undefined && {
      'an outcome that waits for its caller': {
        make: () => outcomes.append(NODE, [{ id: 'new', outcome: OUTCOME }], LONG_MS),
        hasHappened: async () => (await other.outcomes?.find(NODE, 'new')) !== undefined,
      },
    }),
  };
}

/**
 * Suite for engines with a broker: a write that was reported as failed is not applied later, after a reconnect.
 *
 * @param engineAt creates an engine for a server, with a request timeout in milliseconds
 */
export function describeGivenUp(
  name: string,
  spawn: () => Promise<RestartableBroker>,
  engineAt: (url: string, requestTimeoutMs: number) => Engine,
): void {
  let server: RestartableBroker;
  let connection: EngineConnection;
  let other: EngineConnection;
  let writes: Readonly<Record<string, Write>>;
  beforeEach(async () => {
    server = await spawn();
    const connect = (nodeId: string, patienceMs: number): Promise<EngineConnection> =>
      engineAt(server.url, patienceMs).connect({
        namespace: 'shop',
        nodeId,
        clock: systemClock,
        heartbeatTimeoutMs: 2000,
      });
    connection = await connect('orders', IMPATIENT_MS);
    other = await connect('other', PATIENCE_MS);
    writes = await writesOf(connection, other);
  }, PATIENCE_MS);
  afterEach(async () => {
    await Promise.all([connection.close(1000), other.close(1000)]);
    await server.stop();
  });

  /** Makes all writes, each in its own turn of the event loop, and expects each to time out. */
  async function giveUp(): Promise<void> {
    const made: Promise<unknown>[] = [];
    for (const { make } of Object.values(writes)) {
      const given = make();
      given.catch(() => {});
      made.push(given);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    for (const given of made)
      await expect(given).rejects.toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE', retryable: true });
  }

  /** Names of the writes that were applied, once the connection is back and has re-sent what it re-sends. */
  async function happened(): Promise<readonly string[]> {
    for (let isBack = false; !isBack;) {
      isBack = await connection.deadLetters.get('known').then(
        () => true,
        () => false,
      );
    }
    const names: string[] = [];
    for (const [what, { hasHappened }] of Object.entries(writes)) if (await hasHappened()) names.push(what);
    return names;
  }

  describe(`a write to ${name} that was given up`, () => {
    it(
      'is not applied when a broker comes back that was away',
      async () => {
        await server.kill();
        await giveUp();
        await server.start();
        expect(await happened()).toEqual([]);
      },
      2 * PATIENCE_MS,
    );

    it(
      'is not applied when a broker comes back that was paused and killed',
      async () => {
        server.pause();
        await giveUp();
        await server.kill();
        await server.start();
        expect(await happened()).toEqual([]);
      },
      2 * PATIENCE_MS,
    );
  });
}
