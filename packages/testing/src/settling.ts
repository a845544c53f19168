import { CatgaError } from '@catga/core';
import type { CatgaNode } from '@catga/core';
import { nextTurn } from '@catga/core/engine';
import { withinRealTime } from './real-time.js';
import type { RunningHandlers } from './running-handlers.js';

/** Options of {@link untilSettled}. */
export interface SettleOptions {
  /**
   * Timeout in milliseconds of real time. Raise it for handlers with real I/O.
   * @defaultValue 2000
   */
  readonly withinMs?: number;
}

/** Number of consecutive event loop turns without a handled message, so that work that a handler did not await can begin. */
const QUIET_TURNS = 3;

/** Resolves once no handler is running and no due message is waiting. `CATGA_TIMEOUT` gives the reason. */
export async function untilSettled(
  node: CatgaNode,
  running: RunningHandlers,
  { withinMs = 2000 }: SettleOptions,
): Promise<void> {
  const before = handledBy(node);
  let isLate = false;
  await withinRealTime(
    quiet(node, () => isLate),
    withinMs,
    () => {
      isLate = true;
      return lateError(withinMs, running, handledBy(node) - before);
    },
  );
}

async function quiet(node: CatgaNode, isLate: () => boolean): Promise<void> {
  for (let turns = 0, before = -1; turns < QUIET_TURNS && !isLate(); turns++) {
    await node.settled();
    await nextTurn();
    const { handled, inFlight } = node.mediator.self.load;
    if (handled !== before || inFlight > 0) turns = 0;
    before = handled;
  }
}

function handledBy(node: CatgaNode): number {
  return node.mediator.self.load.handled;
}

function lateError(withinMs: number, { names, lastName }: RunningHandlers, handled: number): CatgaError {
  return new CatgaError(
    'CATGA_TIMEOUT',
    `Not settled within ${withinMs} ms: ${reason(names, lastName, handled)}`,
    {
      details: { withinMs, running: names, handled },
    },
  );
}

function reason(running: readonly string[], last: string | undefined, handled: number): string {
  if (running.length > 0) {
    return (
      `still running: ${running.join(', ')}. Let it end, advance the clock if it waits for a deadline, ` +
      'or give settled({ withinMs }) more time.'
    );
  }
  if (handled > 0) {
    return `handlers keep being called, ${handled} times since, last ${last ?? 'unknown'}. Do messages cause each other?`;
  }
  return 'messages are waiting without a consumer. Has the application started, and is its engine memory()?';
}
