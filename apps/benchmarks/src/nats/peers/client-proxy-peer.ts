import { Transport } from '@nestjs/microservices';
import { clientProxyOver } from '../../processes/peers/client-proxy-peer.js';

/** `@nestjs/microservices` over NATS, as its documentation has it. */
export const clientProxyPeer = clientProxyOver((url) => ({
  transport: Transport.NATS,
  options: { servers: [url] },
}));
