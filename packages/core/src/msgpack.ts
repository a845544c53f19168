// The entry `@catga/core/msgpack`: only who imports it needs `msgpackr`.
export { msgpack } from './wire/msgpack/msgpack-serializer.js';
