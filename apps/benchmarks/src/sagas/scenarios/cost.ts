import { setTimeout as pause } from 'node:timers/promises';
import type { Broker } from '../../processes/load/broker.js';
import type { Contender, Effort } from '../../processes/load/contender.js';
import { RunningContender } from '../../processes/load/running-contender.js';
import type { Scenario } from '../../processes/report/finding.js';
import { formatRatio } from '../../report/format.js';
import { ON_NATS, ON_REDIS, sagaOnNats, sagaOnRedis } from './contenders.js';

const FEW_STEPS = 2;
const MORE_STEPS = 6;
const IN_FLIGHT = [1, 1000] as const;
/** So many rounds for one figure, and as long again without load. */
const ROUNDS = 5;
/** The command and its outcome, and three more. */
const ALLOWED = 5;

/** What a saga has cost its server, without what the nodes say when nothing happens. */
async function messagesOf(
  contender: Contender,
  server: 'nats' | 'redis',
  broker: Broker,
  { warmUpMs, roundMs }: Effort,
): Promise<number> {
  const count = async (): Promise<number> => {
    const counted = await broker.messages?.();
    return counted?.[server] ?? Number.NaN;
  };
  const name = `cost${process.pid}-${server}-${contender.settings?.steps}-${Date.now()}`;
  const running = await RunningContender.start(contender, name, broker);
  try {
    await running.warmUp(warmUpMs, roundMs);
    const lengthMs = ROUNDS * roundMs;
    const startMs = performance.now();
    const before = await count();
    const { result } = await running.round(lengthMs);
    const loaded = (await count()) - before;
    const tookMs = performance.now() - startMs;
    const restBefore = await count();
    const restMs = performance.now();
    await pause(lengthMs);
    const idlePerMs = ((await count()) - restBefore) / (performance.now() - restMs);
    return (loaded - idlePerMs * tookMs) / result.operations;
  } finally {
    await running.stop();
  }
}

export const COST: Scenario = {
  id: 'cost',
  title: 'what a step costs the server, in messages or commands that it receives',
  async run(broker, effort) {
    const rows: string[][] = [];
    const verdicts = [];
    for (const [name, server, of] of [
      [ON_NATS, 'nats', sagaOnNats],
      [ON_REDIS, 'redis', sagaOnRedis],
    ] as const) {
      for (const inFlight of IN_FLIGHT) {
        const messages = async (steps: number): Promise<number> =>
          messagesOf({ ...of({ kind: 'closed', inFlight }), settings: { steps } }, server, broker, effort);
        const few = await messages(FEW_STEPS);
        const each = ((await messages(MORE_STEPS)) - few) / (MORE_STEPS - FEW_STEPS);
        rows.push([name, String(inFlight), formatRatio(few), formatRatio(each)]);
        verdicts.push({
          target: `cost: messages of a step of ${name}, ${inFlight} in flight`,
          required: `≤ ${ALLOWED}`,
          measured: formatRatio(each),
          verdict: each <= ALLOWED ? 'met' : 'missed',
        } as const);
      }
    }
    return {
      headings: ['', 'in flight', 'a saga of two steps', 'each further step'],
      rows,
      remarks: [],
      verdicts,
    };
  },
};
