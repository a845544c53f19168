import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { LOOPBACK } from '@catga/servers';
import { readNodeSettings } from '../node/node-settings.js';
import { LOG_LEVELS, endWithConductor, reportReady } from '../node/ready-message.js';
import { GatewayModule } from './gateway.module.js';

endWithConductor();
const settings = readNodeSettings('gateway');
const module = GatewayModule.with(settings, `http://${LOOPBACK}:${settings.port}`);
const app = await NestFactory.create(module, {
  abortOnError: false,
  logger: LOG_LEVELS,
  forceCloseConnections: true,
});
app.enableShutdownHooks([], { useProcessExit: true });
await app.listen(settings.port, LOOPBACK);
reportReady(app);
