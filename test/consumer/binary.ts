// The entry of the binary serializer, where its optional peer is installed (scripts/check-consumer.mjs).
import { deepStrictEqual } from 'node:assert';
import { msgpack } from '@catga/nestjs/msgpack';

const serializer = msgpack();
const value = { at: new Date(5), bytes: Uint8Array.of(1, 2, 3) };
deepStrictEqual(serializer.decode(serializer.encode(value)), value);
console.log('consumer ok');
