import { CatgaError } from '@catga/core';
import { nextTurn } from '@catga/core/engine';
import type { DurableLog, Engine, EngineClient, EngineConnection, LogMessage } from '@catga/core/engine';

/**
 * What happens to an append: it is stored; it does not arrive; or it is stored and the acknowledgement is lost. An error
 * is the engine's own refusal.
 */
export type Weather = 'fine' | 'away' | 'acks-lost' | Error;

/** An engine whose log goes away and comes back as a case says. Everything else of it works as ever. */
export class InterruptedEngine implements Engine {
  /** Wire names and ids in the order in which they were stored, repetitions included. */
  readonly appended: LogMessage[] = [];
  /** The weather of one message. */
  weatherFor: (message: LogMessage) => Weather = () => this.weather;
  weather: Weather = 'fine';
  /** How often a publisher or a relay has tried. */
  attempts = 0;

  constructor(private readonly inner: Engine) {}

  get name(): string {
    return this.inner.name;
  }

  get capabilities(): Engine['capabilities'] {
    return this.inner.capabilities;
  }

  async connect(client: EngineClient): Promise<EngineConnection> {
    const connection = await this.inner.connect(client);
    return Object.create(connection, {
      log: { value: this.interrupted(connection.log) },
    }) as EngineConnection;
  }

  private interrupted(log: DurableLog): DurableLog {
    return {
      append: async (message, options) => {
        this.attempts++;
        const weather = this.weatherFor(message);
        if (weather instanceof Error) throw weather;
        await nextTurn(); // as long as it takes to arrive
        if (weather === 'away') throw away();
        const receipt = await log.append(message, options);
        this.appended.push(message);
        if (weather === 'acks-lost') throw away();
        return receipt;
      },
      subscribe: (...request) => log.subscribe(...request),
    };
  }
}

function away(): CatgaError {
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker is away.');
}
