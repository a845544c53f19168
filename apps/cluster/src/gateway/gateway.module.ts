import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CatgaExceptionFilter } from '@catga/nestjs';
import { observedNode } from '../metrics/observed-node.js';
import type { NodeSettings } from '../node/node-settings.js';
import { CommandSender } from './command-sender.js';
import { CommandsController } from './commands.controller.js';
import { NodesController } from './nodes.controller.js';

/** A node that handles nothing: it takes HTTP requests and sends commands. */
@Module({
  controllers: [CommandsController, NodesController],
  providers: [CommandSender, { provide: APP_FILTER, useClass: CatgaExceptionFilter }],
})
export class GatewayModule {
  static with(settings: NodeSettings, endpoint: string): DynamicModule {
    return { module: GatewayModule, imports: observedNode('gateway', settings, { endpoint }) };
  }
}
