import type { LoadResult, Load } from '../sides/protocol.js';
import type { StepTimes } from '../peers/peer.js';
import type { Broker } from './broker.js';
import type { Contender } from './contender.js';
import { SideProcess } from './side-process.js';

/** What one round found. */
export interface Sample {
  readonly perSecond: number;
  readonly result: LoadResult;
  /** CPU of an operation, in microseconds; the handlers' is the sum over them. */
  readonly requesterMicros: number;
  readonly handlersMicros: number;
  readonly brokerMicros: number | undefined;
  readonly steps: StepTimes | undefined;
}

const FIRST_EVENTS = 2000;

/** A contender whose processes run; they are quiet between rounds. */
export class RunningContender {
  private eventsEach = FIRST_EVENTS;

  private constructor(
    readonly contender: Contender,
    private readonly broker: Broker,
    private readonly requester: SideProcess,
    private readonly handlers: readonly SideProcess[],
  ) {}

  /** Resolves when the handlers listen and the requester, started last, has had an answer. */
  static async start(contender: Contender, namespace: string, broker: Broker): Promise<RunningContender> {
    const { name, peer, nodes, settings = {} } = contender;
    const { url, databaseUrl, redisUrl } = broker;
    const start = async (index: number): Promise<SideProcess> => {
      const side = SideProcess.start(broker.sides, name, {
        side: index < 0 ? 'requesting' : 'handling',
        peer,
        settings: { ...settings, url, databaseUrl, redisUrl, namespace, index, nodes },
      });
      await side.ask({ what: 'ready' });
      return side;
    };
    const handlers = await Promise.all(Array.from({ length: nodes }, (_, index) => start(index)));
    return new RunningContender(contender, broker, await start(-1), handlers);
  }

  /** For the compiler to see what there is to see. */
  async warmUp(forMs: number, roundMs: number): Promise<void> {
    const { load, nodes } = this.contender;
    // Nodes share the requests of a round, and each has code of its own to warm.
    if (load.kind !== 'events') return void (await this.round(forMs * Math.max(nodes, 1)));
    // Ever more of them: how many fill a round is known only when the code is warm.
    for (const endMs = performance.now() + forMs; performance.now() < endMs;) {
      const { perSecond } = await this.round(roundMs);
      const filling = Math.ceil((perSecond * roundMs) / 1000);
      this.eventsEach = Math.min(Math.max(filling, FIRST_EVENTS), this.eventsEach * 4);
    }
  }

  async round(forMs: number): Promise<Sample> {
    const { contender, handlers } = this;
    await Promise.all(handlers.map((handler) => handler.ask({ what: 'steps' }))); // Begins to add up anew.
    const before = await this.cpu();
    const { result, endMs } = await this.bear(contender.load, forMs);
    const after = await this.cpu();
    const [first] = handlers;
    const steps =
      contender.settings?.timesSteps === true ? (await first?.ask({ what: 'steps' }))?.steps : undefined;
    const each = (micros: number): number => micros / result.operations;
    return {
      perSecond: (result.operations / (endMs - result.startMs)) * 1000,
      result,
      requesterMicros: each(after.requester - before.requester),
      handlersMicros: each(after.handlers - before.handlers),
      brokerMicros:
        after.broker === undefined || before.broker === undefined
          ? undefined
          : each(after.broker - before.broker),
      steps,
    };
  }

  async stop(): Promise<void> {
    await this.requester.stop();
    await Promise.all(this.handlers.map((handler) => handler.stop()));
  }

  private async bear(
    load: Contender['load'],
    forMs: number,
  ): Promise<{ readonly result: LoadResult; readonly endMs: number }> {
    const { requester } = this;
    if (load.kind !== 'events') {
      const { result } = await requester.ask({ what: 'load', load, forMs });
      return { result, endMs: result.endMs };
    }
    const count = this.eventsEach;
    const whole: Load = { kind: 'events', count };
    const [{ result }, counted] = await Promise.all([
      requester.ask({ what: 'load', load: whole, forMs }),
      Promise.all(this.handlers.map((handler) => handler.ask({ what: 'count', events: count }))),
    ]);
    return { result, endMs: Math.max(...counted.map(({ endMs }) => endMs)) };
  }

  private async cpu() {
    const broker = this.broker.cpuMicros();
    const [requester, ...handlers] = await Promise.all(
      [this.requester, ...this.handlers].map(async (side) => (await side.ask({ what: 'cpu' })).micros),
    );
    return { broker, requester: requester ?? 0, handlers: handlers.reduce((sum, micros) => sum + micros, 0) };
  }
}
