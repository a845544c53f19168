import { CatgaError } from '@catga/core';
import type { EngineConnection } from '@catga/core/engine';
import { ProxiedEngine } from './proxied-engine.js';

/** An engine that refuses to take some dead letters back or to remove them, and counts how many are read at a time. */
export class WatchedLetters extends ProxiedEngine {
  /** Of which messages no letter moves. */
  readonly refused = new Set<string>();
  /** The largest page of letters, with their bodies, that was asked for. */
  largestPage = 0;

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
        put: deadLetters.put.bind(deadLetters),
        get: deadLetters.get.bind(deadLetters),
        list: async (filter, page) => {
          this.largestPage = Math.max(this.largestPage, page.limit);
          return deadLetters.list(filter, page);
        },
        ids: deadLetters.ids.bind(deadLetters),
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
