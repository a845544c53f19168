import { json } from '@catga/core';
import type { Serializer } from '@catga/core';
import { wrongUsage } from '../exit-codes.js';

/** Names of the supported serializers. */
export const SERIALIZERS = ['json', 'msgpack'] as const;

/** A serializer by its name. */
export async function serializerOf(name: string = 'json'): Promise<Serializer> {
  if (name === 'json') return json();
  if (name !== 'msgpack') throw wrongUsage(`Unknown serializer '${name}': use ${SERIALIZERS.join(' or ')}.`);
  try {
    const { msgpack } = await import('@catga/core/msgpack');
    return msgpack();
  } catch {
    throw wrongUsage("The serializer 'msgpack' needs msgpackr: npm install --save-dev msgpackr");
  }
}
