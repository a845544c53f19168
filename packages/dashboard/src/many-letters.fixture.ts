import { json } from '@catga/core';
import type { Engine } from '@catga/core';
import type { DeadLetterStore, EngineConnection } from '@catga/core/engine';

/** Puts dead letters into the store of an engine. */
export class ManyLetters {
  /** For the application with the dashboard. */
  readonly engine: Engine;
  private store: DeadLetterStore | undefined;

  constructor(engine: Engine) {
    this.engine = {
      name: engine.name,
      capabilities: engine.capabilities,
      connect: async (client: Parameters<Engine['connect']>[0]): Promise<EngineConnection> => {
        const connection = await engine.connect(client);
        this.store = connection.deadLetters;
        return connection;
      },
    };
  }

  /** Of ten kinds, each with an id of its own. */
  async put(count: number): Promise<void> {
    const body = json().encode({ order: 'o', card: '4111', note: 'n'.repeat(200) });
    const begun = Date.now() - count;
    const putting: Promise<void>[] = [];
    for (let index = 0; index < count; index++) {
      const messageId = `m${index}`;
      const subscription = index % 2 === 0 ? 'shop.ship' : 'shop.bill';
      const put = this.store!.put(
        {
          id: `orders.placed.v1~${messageId}~${subscription}~1`,
          subscription,
          stored: {
            messageId,
            name: 'orders.placed.v1',
            kind: 'event',
            body,
            serializer: 'json',
            headers: {},
            key: undefined,
            correlationId: messageId,
            causationId: undefined,
            originNodeId: 'service-0-0',
            sentAtMs: begun,
            history: [],
          },
          failure: {
            error: { name: 'RangeError', message: `${'x'.repeat(1 + (index % 10))}: no box for ${index}` },
            attempts: 5,
            nodeId: 'service-0-0',
            failedAt: new Date(begun + index),
          },
        },
        86_400_000,
      );
      // Many at a time: brokers are asked over the network.
      putting.push(put);
      if (putting.length === 100) await Promise.all(putting.splice(0));
    }
    await Promise.all(putting);
  }
}
