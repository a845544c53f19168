// The entry `@catga/nestjs/msgpack`: only who imports it needs `msgpackr`.
export { msgpack } from '@catga/core/msgpack';
