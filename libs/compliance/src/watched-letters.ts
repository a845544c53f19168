import { CatgaError } from '@catga/core';
import type { EngineConnection } from '@catga/core/engine';
import { ProxiedEngine } from './proxied-engine.js';

/** Engine that refuses to redrive or remove some dead letters, and records what was stored and the largest page read. */
export class WatchedLetters extends ProxiedEngine {
  /** Message ids of the refused dead letters. */
  readonly refused = new Set<string>();
  /** Largest page of letters with bodies that was requested. */
  largestPage = 0;
  /** How many letters were stored. */
  stored = 0;

  protected portsOf({ log, deadLetters }: EngineConnection): Partial<EngineConnection> {
    return {
      log: {
        append: async (message, options) => {
          this.refuse(message.messageId);
          return log.append(message, options);
        },
        subscribe: log.subscribe.bind(log),
      },
      deadLetters: {
        put: async (letter, ttlMs) => {
          await deadLetters.put(letter, ttlMs);
          this.stored++;
        },
        get: deadLetters.get.bind(deadLetters),
        list: async (filter, page) => {
          this.largestPage = Math.max(this.largestPage, page.limit);
          return deadLetters.list(filter, page);
        },
        keys: deadLetters.keys.bind(deadLetters),
        remove: async (id) => {
          for (const messageId of this.refused) if (id.includes(messageId)) this.refuse(messageId);
          return deadLetters.remove(id);
        },
      },
    };
  }

  private refuse(messageId: string): void {
    if (this.refused.has(messageId))
      throw new CatgaError('CATGA_PAYLOAD_TOO_LARGE', `'${messageId}' is too large.`);
  }
}
