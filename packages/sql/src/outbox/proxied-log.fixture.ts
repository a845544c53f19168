import type { Engine, EngineClient, EngineConnection, LogMessage } from '@catga/core/engine';

/** An engine whose log only tells a test of what is appended. */
export class ProxiedLog implements Engine {
  readonly name: string;
  readonly capabilities: Engine['capabilities'];

  constructor(
    private readonly inner: Engine,
    private readonly append: (message: LogMessage) => Promise<void>,
  ) {
    this.name = inner.name;
    this.capabilities = inner.capabilities;
  }

  async connect(client: EngineClient): Promise<EngineConnection> {
    const connection = await this.inner.connect(client);
    const log = {
      append: async (message: LogMessage) => {
        await this.append(message);
        return { duplicate: false };
      },
      subscribe: connection.log.subscribe.bind(connection.log),
    };
    return Object.assign(Object.create(connection) as EngineConnection, { log });
  }
}
