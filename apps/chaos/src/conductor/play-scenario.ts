import { setTimeout as pause } from 'node:timers/promises';
import type { CallPlan, CallerAnswer, CallerAsk } from '../caller/caller-protocol.js';
import { check } from '../checker/check.js';
import type { Findings } from '../checker/findings.js';
import type { DeadLetterRecord, Evidence } from '../checker/records.js';
import { KINDS, STORED_KINDS } from '../promises/kinds.js';
import type { Kind } from '../promises/kinds.js';
import type { Play, Scenario } from '../scenarios/scenario.js';
import { isOf } from './evidence-files.js';
import type { Stage } from './stage.js';

/** How many keys the messages of each kind are spread over. */
export const KEYS = 8;
/** How long nothing may happen, once the fault is over, while stored messages are still waited for. */
const GOES_ON_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** How long lanes take at most to move on a busy machine. */
const LANES_MOVE_WITHIN_MS = 30_000;
/** Nothing happens for so long, and the broker has nothing for anybody: nothing will. */
const QUIET_MS = 1000;

/** Plays one scenario on a stage and checks what it left behind. */
export async function playScenario(
  scenario: Scenario,
  stage: Stage,
  { seconds, rate, random }: Pick<Play, 'seconds' | 'rate' | 'random'>,
): Promise<ReadonlyMap<Kind, Findings>> {
  const run = scenario.fault;
  const planned = (plan: Partial<CallPlan> = {}): CallPlan => ({
    run,
    instruction: 'work',
    isTwice: false,
    isSerial: false,
    keys: KEYS,
    ...plan,
  });
  const ask = (said: CallerAsk): void => stage.calling.say(said);
  const ended = async (): Promise<void> => {
    const { what } = await stage.calling.heard<CallerAnswer>();
    if (what !== 'done') throw new Error(`The caller said '${what}'.`);
  };
  const lanesOwnedBy = async (isSo: (nodeIds: readonly string[]) => boolean): Promise<void> => {
    for (const startMs = performance.now(); ; await pause(LOOK_EVERY_MS)) {
      ask({ what: 'owners' });
      const said = await stage.calling.heard<CallerAnswer>();
      const nodeIds = said.what === 'owners' ? said.nodeIds : [];
      if (isSo(nodeIds)) return;
      if (performance.now() - startMs > LANES_MOVE_WITHIN_MS)
        throw new Error(`${scenario.fault}: the lanes belong to ${[...new Set(nodeIds)].join(', ')}.`);
    }
  };
  await scenario.run({
    stage,
    lanesOwnedBy,
    seconds,
    rate,
    random,
    allDone: async () => {
      for (const startMs = performance.now(); !(await hasNothing(stage)); await pause(LOOK_EVERY_MS))
        if (performance.now() - startMs > GOES_ON_WITHIN_MS)
          throw new Error(`${scenario.fault}: what is stored is not handled, or not recorded.`);
    },
    start: (plan, ratePerSecond = rate) =>
      ask({ what: 'start', rate: ratePerSecond, kinds: KINDS, plan: planned(plan) }),
    call: (kinds, plan) => {
      ask({ what: 'call', kinds, plan: planned(plan) });
      return ended();
    },
  });
  await stage.everyoneIsBack();
  ask({ what: 'stop' });
  await ended();
  return check(await settled(stage, run));
}

/**
 * The evidence, once nothing more is added to it and all that was stored is handled, or none of it any more. It is read as
 * seldom as possible: all that nodes say to the broker goes through this process, and waits meanwhile.
 */
export async function settled(stage: Stage, run: string): Promise<Evidence> {
  let quietSinceMs = performance.now();
  for (let before = -1; ;) {
    const bytes = stage.files.ledgerBytes;
    if (bytes !== before) quietSinceMs = performance.now();
    before = bytes;
    const quietMs = performance.now() - quietSinceMs;
    if (quietMs > GOES_ON_WITHIN_MS) return gather(stage, run);
    // What a node had would have come again by now.
    const isLong = quietMs > stage.broker.redeliveredAfterMs + QUIET_MS;
    const isEmpty = quietMs > QUIET_MS && (await hasNothing(stage));
    let tookMs = 0;
    if (isLong || isEmpty) {
      const startMs = performance.now();
      const evidence = await gather(stage, run);
      if ((isLong && isEmpty) || !isSomethingMissed(evidence)) return evidence;
      tookMs = performance.now() - startMs;
    }
    await pause(LOOK_EVERY_MS + 10 * tookMs);
  }
}

/** Whether the broker has nothing for anybody, in queues or in lanes. One that cannot tell yet is asked again. */
async function hasNothing({ broker, calling }: Stage): Promise<boolean> {
  const stats = await broker.stats().catch(() => undefined);
  if (stats?.pending !== 0) return false;
  calling.say({ what: 'lag' } satisfies CallerAsk);
  const said = await calling.heard<CallerAnswer>();
  return said.what === 'lag' && said.waiting === 0;
}

function isSomethingMissed(evidence: Evidence): boolean {
  const found = check(evidence);
  return STORED_KINDS.some((kind) => (found.get(kind)?.lost.length ?? 0) > 0);
}

export async function gather(stage: Stage, run: string): Promise<Evidence> {
  stage.calling.say({ what: 'dead letters' } satisfies CallerAsk);
  const said = await stage.calling.heard<CallerAnswer>();
  const letters: readonly DeadLetterRecord[] = said.what === 'dead letters' ? said.letters : [];
  return {
    calls: stage.files.calls(run, stage.killedCallers),
    ...stage.files.handled(run),
    deadLetters: letters.filter(({ id }) => isOf(run, id)),
  };
}
