import { Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { NodeLifecycleService } from './node-lifecycle.service.js';

/**
 * Nest calls start-up hooks module by module, the farthest from the root first and the root last, and shutdown hooks the
 * other way round. A global module, as `CatgaModule` is, has the greatest distance: its node would accept messages before
 * other modules are ready, and still run handlers after they have closed their resources. So two modules near the root
 * call the hooks.
 */
function standAt(modules: ModulesContainer, metatype: object, fromRoot: number): void {
  // As in Nest's own scanner: the first module is Nest's, the second the root.
  const [, root] = modules.values();
  for (const module of modules.values()) {
    if (module.metatype === metatype) module.distance = (root?.distance ?? 0) + fromRoot;
  }
}

/**
 * Starts the node after `onApplicationBootstrap` of all other modules, and announces its stop before `onModuleDestroy` of all
 * others: servers that stop there serve during `shutdown.delayMs`.
 */
@Module({})
export class NodeStartModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly moduleRef: ModuleRef,
    modules: ModulesContainer,
  ) {
    standAt(modules, NodeStartModule, -1);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.moduleRef.get(NodeLifecycleService, { strict: false }).start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.moduleRef.get(NodeLifecycleService, { strict: false }).announceStop();
  }
}

/** Drains the node after `onModuleDestroy` of the root module, where servers stop, and before that of all others. */
@Module({})
export class NodeDrainModule implements OnModuleDestroy {
  constructor(
    private readonly moduleRef: ModuleRef,
    modules: ModulesContainer,
  ) {
    standAt(modules, NodeDrainModule, 0.5);
  }

  async onModuleDestroy(): Promise<void> {
    await this.moduleRef.get(NodeLifecycleService, { strict: false }).drain();
  }
}
