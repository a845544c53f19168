import { Module } from '@nestjs/common';
import type {
  BeforeApplicationShutdown,
  DynamicModule,
  OnApplicationBootstrap,
  OnModuleDestroy,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { CatgaNode, madeForDescriptions } from '@catga/nestjs';
import { BridgeHost } from './bridge-host.js';
import { checkBridgeOptions } from './bridge-options.js';
import type { CatgaBridgeOptions } from './bridge-options.js';
import { BridgeSource } from './bridge-source.js';

/**
 * Nest module of a bridge to services on Nest's own NATS or Redis transport, which need no changes. Import `CatgaModule` beside it. Several
 * nodes may run the same bridge: each message is handled by one of them.
 *
 * @example
 * CatgaBridgeModule.forRoot({ transport: Transport.NATS, options: { servers }, receive: [CreateOrder], forward: [GetStock] })
 * @publicApi
 */
@Module({})
export class CatgaBridgeModule implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    private readonly host: BridgeHost,
    private readonly moduleRef: ModuleRef,
    modules: ModulesContainer,
  ) {
    // Nest calls the start-up hooks of the module nearest to the root last: every handler is ready when messages come.
    const [, root] = modules.values();
    for (const module of modules.values())
      if (module.metatype === CatgaBridgeModule) module.distance = (root?.distance ?? 0) - 2;
  }

  /** Throws `CATGA_CONFIGURATION` for invalid options. */
  static forRoot(options: CatgaBridgeOptions): DynamicModule {
    checkBridgeOptions(options);
    return {
      module: CatgaBridgeModule,
      providers: [
        {
          provide: BridgeHost,
          inject: [ModuleRef],
          useFactory: (moduleRef: ModuleRef) =>
            new BridgeHost(options, () => moduleRef.get(CatgaNode, { strict: false })),
        },
        {
          provide: BridgeSource,
          inject: [BridgeHost],
          useFactory: (host: BridgeHost) => new BridgeSource(host),
        },
      ],
    };
  }

  /** Fails the start if the broker cannot be reached. */
  async onApplicationBootstrap(): Promise<void> {
    await this.host.listen();
  }

  /** Receives until `shutdown.delayMs` has passed. Received requests are replied to while the node drains. */
  async onModuleDestroy(): Promise<void> {
    await this.moduleRef.get(CatgaNode, { strict: false }).announceStop();
    await this.host.stopReceiving();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.host.close();
  }
}

madeForDescriptions(CatgaBridgeModule);
