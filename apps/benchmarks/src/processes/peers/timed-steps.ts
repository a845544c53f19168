import type { Engine, EngineConnection, IdempotencyStore } from '@catga/core/engine';
import { monotonicMs } from '../sides/monotonic.js';
import type { StepTimes } from './peer.js';

/** Adds up where the time of QoS 2 requests goes in the process that handles them. */
export class TimedSteps {
  private requests = 0;
  private there = 0;
  private claim = 0;
  private handler = 0;
  private complete = 0;

  /** The engine, with a record whose calls are timed. */
  around(engine: Engine): Engine {
    const { name, capabilities } = engine;
    return {
      name,
      capabilities,
      connect: async (client) => {
        const connection = await engine.connect(client);
        const idempotency = this.timed(connection.idempotency);
        return Object.create(connection, { idempotency: { value: idempotency } }) as EngineConnection;
      },
    };
  }

  /** A handler ran: sent then, called at the end of its claim, ended now. */
  ran(sentMs: number, beganMs: number): void {
    this.requests += 1;
    // Until the handler began there was the way here and the claim; the claim is taken off when all is added up.
    this.there += beganMs - sentMs;
    this.handler += monotonicMs() - beganMs;
  }

  /** What was added up since the last call. */
  take(): StepTimes {
    const { requests, claim, handler, complete } = this;
    const there = this.there - claim;
    this.requests = this.there = this.claim = this.handler = this.complete = 0;
    return { requests, there, claim, handler, complete };
  }

  private timed(store: IdempotencyStore): IdempotencyStore {
    return {
      claim: async (...args) => {
        const startMs = monotonicMs();
        const claim = await store.claim(...args);
        this.claim += monotonicMs() - startMs;
        return claim;
      },
      complete: async (...args) => {
        const startMs = monotonicMs();
        const isComplete = await store.complete(...args);
        this.complete += monotonicMs() - startMs;
        return isComplete;
      },
      renew: (...args) => store.renew(...args),
      release: (...args) => store.release(...args),
      find: (...args) => store.find(...args),
    };
  }
}
