import { asyncApiOf } from '@catga/core/admin';
import type { JsonSchema, MessageContract } from '@catga/core/admin';

const PLACE: MessageContract = {
  name: 'orders.place.v1',
  kind: 'command',
  qos: 1,
  isKeyed: true,
  errors: ['orders.out-of-stock'],
  handlers: [
    {
      name: 'PlaceOrderHandler',
      subscription: { id: 'queue.orders.place.v1', concurrency: 16, maxAttempts: 5 },
    },
  ],
};

/** The text of a document with one command, changed. */
export function documentOf(changes: Partial<MessageContract> = {}): string {
  return JSON.stringify(
    asyncApiOf(
      { service: 'orders', engine: 'nats', serializer: 'json', messages: [{ ...PLACE, ...changes }] },
      { version: '1.0.0' },
    ),
  );
}

/** The same, with a schema of these properties. */
export function documentWith(
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[] = [],
  rest: JsonSchema = {},
): string {
  return documentOf({ schema: { type: 'object', properties, required, ...rest } });
}

/** One with no message at all. */
export const EMPTY = JSON.stringify(
  asyncApiOf({ service: 'orders', engine: 'nats', serializer: 'json', messages: [] }, { version: '2.0.0' }),
);
