// The entry `@catga/nestjs/msgpack`: only its users need `msgpackr`.
export { msgpack } from '@catga/core/msgpack';
