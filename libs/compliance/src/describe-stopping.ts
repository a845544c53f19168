import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CatgaNode } from '@catga/core';
import type { Engine } from '@catga/core/engine';
import { ChargeCard, PaymentTaken } from './messages.js';
import type { RestartableBroker } from './restartable-broker.js';

/** Longer than a test may take: a stop that waits for an answer of the broker fails. */
const REQUEST_TIMEOUT_MS = 300_000;
const HOUR_MS = 3_600_000;

/** Number of timers that keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

/**
 * Suite for engines with a broker: a node stops within its limit though the broker does not answer and its handlers do not end.
 *
 * @param engineAt creates an engine for a server, with a request timeout in milliseconds
 */
export function describeStopping(
  name: string,
  spawn: () => Promise<RestartableBroker>,
  engineAt: (url: string, requestTimeoutMs: number) => Engine,
): void {
  let server: RestartableBroker;
  let node: CatgaNode;
  let signals: AbortSignal[];
  let timersBefore: number;
  beforeEach(async () => {
    timersBefore = timers();
    server = await spawn();
    signals = [];
    const hang = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const engine = engineAt(server.url, REQUEST_TIMEOUT_MS);
    const heartbeat = { intervalMs: HOUR_MS, timeoutMs: 3 * HOUR_MS };
    node = new CatgaNode({ engine, nodeId: 'orders', heartbeat, shutdown: { drainTimeoutMs: 1500 } })
      .handleRequest(ChargeCard, hang)
      .handleEvent(PaymentTaken, hang, { name: 'Bookkeeper' });
    await node.init();
    await node.start();
    void node.mediator.send(new ChargeCard(1)).catch(() => {});
    for (const id of ['p1', 'p2', 'p3']) await node.mediator.publish(new PaymentTaken(id));
    while (signals.length < 2) await new Promise((resolve) => void setImmediate(resolve));
  });
  afterEach(async () => {
    server.resume();
    await server.stop();
  });

  describe(`a node that stops while ${name}`, () => {
    it.each<[string, () => unknown]>([
      ['stands still', () => server.pause()],
      ['was killed', () => server.kill()],
    ])(
      '%s keeps its limit, aborts the signals of its handlers, and leaves nothing running',
      async (_, befall) => {
        await befall();
        await expect(node.stop()).resolves.toBeUndefined();
        expect(signals.every(({ aborted }) => aborted)).toBe(true);
        while (timers() > timersBefore) await new Promise((resolve) => void setImmediate(resolve));
      },
    );
  });
}
