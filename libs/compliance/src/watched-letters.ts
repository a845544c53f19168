import { CatgaError } from '@catga/core';
import type { Engine, EngineClient, EngineConnection } from '@catga/core/engine';

/** An engine that refuses to take some dead letters back or to remove them, and counts how many are read at a time. */
export class WatchedLetters implements Engine {
  readonly name: string;
  readonly capabilities: Engine['capabilities'];
  /** Of which messages no letter moves. */
  readonly refused = new Set<string>();
  /** The largest page of letters, with their bodies, that was asked for. */
  largestPage = 0;

  constructor(private readonly engine: Engine) {
    this.name = engine.name;
    this.capabilities = engine.capabilities;
  }

  async connect(client: EngineClient): Promise<EngineConnection> {
    const connection = await this.engine.connect(client);
    const { log, deadLetters } = connection;
    const ports = {
      log: {
        append: async (message, options) => {
          this.refuse(message.messageId);
          return log.append(message, options);
        },
        subscribe: log.subscribe.bind(log),
      } satisfies EngineConnection['log'],
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
      } satisfies EngineConnection['deadLetters'],
    };
    return new Proxy(connection, {
      get: (target, property) => {
        if (property in ports) return ports[property as keyof typeof ports];
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  private refuse(messageId: string): void {
    if (this.refused.has(messageId))
      throw new CatgaError('CATGA_PAYLOAD_TOO_LARGE', `'${messageId}' is too large.`);
  }
}
