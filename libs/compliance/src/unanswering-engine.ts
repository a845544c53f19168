import { CatgaError } from '@catga/core';
import type { EngineConnection, LogDelivery } from '@catga/core/engine';
import { ProxiedEngine } from './proxied-engine.js';

/** Fate of a call: it works; it does not arrive; or it takes effect and its answer is lost. */
export type Weather = 'fine' | 'away' | 'answers lost';

/**
 * Engine whose stores and acknowledgements become unreachable for longer than the node waits for an answer, as in a
 * broker outage just when a handler ends.
 */
export class UnansweringEngine extends ProxiedEngine {
  weather: Weather = 'fine';

  protected portsOf({ log, idempotency, inbox, deadLetters }: EngineConnection): Partial<EngineConnection> {
    return {
      idempotency: this.interrupted(idempotency),
      inbox: this.interrupted(inbox),
      deadLetters: this.interrupted(deadLetters),
      log: {
        append: log.append.bind(log),
        subscribe: (wanted, deliver) =>
          log.subscribe(wanted, (delivery) => deliver(this.interrupted<LogDelivery>(delivery))),
      },
    };
  }

  private interrupted<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (this.weather === 'away') throw away();
          const answer = (await Reflect.apply(value, target, args)) as unknown;
          if (this.weather === 'answers lost') throw away();
          return answer;
        };
      },
    });
  }
}

function away(): CatgaError {
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker did not answer in time.');
}
