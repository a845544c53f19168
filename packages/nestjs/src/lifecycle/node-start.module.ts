import { Module } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { NodeLifecycleService } from './node-lifecycle.service.js';

/** Nest calls hooks module by module, the farthest from the root first; the root itself is at 0 or 1. */
const NEARER_THAN_THE_ROOT = -1;

/**
 * Starts the node when every other module is through with `onApplicationBootstrap`: what waits in the log must not meet
 * a handler that is not ready. `CatgaModule` itself, if it is global, comes first in all start-up hooks.
 */
@Module({})
export class NodeStartModule implements OnApplicationBootstrap {
  constructor(
    private readonly moduleRef: ModuleRef,
    modules: ModulesContainer,
  ) {
    for (const module of modules.values()) {
      if (module.metatype === NodeStartModule) module.distance = NEARER_THAN_THE_ROOT;
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.moduleRef.get(NodeLifecycleService, { strict: false }).start();
  }
}
