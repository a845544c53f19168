import { CatgaError } from '@catga/core';
import { nextTurn } from '@catga/core/engine';
import type { DurableLog, EngineConnection, LogMessage } from '@catga/core/engine';
import { ProxiedEngine } from '../proxied-engine.js';

/**
 * Fate of an append: it is stored; it does not arrive; or it is stored and the acknowledgement is lost. An error is the
 * engine's own refusal.
 */
export type Weather = 'fine' | 'away' | 'acks-lost' | Error;

/** Engine whose log goes away and comes back as a case says. Everything else works normally. */
export class InterruptedEngine extends ProxiedEngine {
  /** Messages in the order they were stored, duplicates included. */
  readonly appended: LogMessage[] = [];
  /** Fate of one message. */
  weatherFor: (message: LogMessage) => Weather = () => this.weather;
  weather: Weather = 'fine';
  /** Number of appends tried by publishers and relays. */
  attempts = 0;

  protected portsOf({ log }: EngineConnection): Partial<EngineConnection> {
    return { log: this.interrupted(log) };
  }

  private interrupted(log: DurableLog): DurableLog {
    return {
      append: async (message, options) => {
        this.attempts++;
        const weather = this.weatherFor(message);
        if (weather instanceof Error) throw weather;
        await nextTurn(); // simulates latency
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
