import { Transport } from '@nestjs/microservices';
import { clientProxyOver } from '../../processes/peers/client-proxy-peer.js';

/** `@nestjs/microservices` over Redis, as its documentation has it. */
export const clientProxyPeer = clientProxyOver((url) => {
  const { hostname: host, port } = new URL(url);
  return { transport: Transport.REDIS, options: { host, port: Number(port) } };
});
