import { Logger, Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { DiscoveryModule, ModuleRef } from '@nestjs/core';
import {
  CatgaDeadLetters,
  CatgaErrorSink,
  CatgaIds,
  CatgaMediator,
  CatgaNode,
  CatgaOutbox,
  CatgaQueue,
  CatgaSubscriptions,
} from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import type { NodeServices } from '@catga/core/engine';
import { BehaviorResolver } from './behavior-resolver.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './catga.module-definition.js';
import type { ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } from './catga.module-definition.js';
import { EnhancerContext } from './explorer/enhancer-context.js';
import { GlobalEnhancers } from './explorer/global-enhancers.js';
import { HandlerExplorer } from './explorer/handler-explorer.js';
import { HandlerInvoker } from './explorer/handler-invoker.js';
import { CatgaHealthIndicator } from './health/catga-health.indicator.js';
import { httpExceptionTranslator } from './http/http-exception.translator.js';
import { NodeLifecycleService } from './lifecycle/node-lifecycle.service.js';
import { NodeDrainModule, NodeStartModule } from './lifecycle/node-hooks.module.js';
import { providerOf } from './provider-of.js';
import { classValidators } from './validation/class-validators.js';

/** Overrides for tests of applications: the clock, the observer. */
export const CATGA_NODE_SERVICES: unique symbol = Symbol('CATGA_NODE_SERVICES');

const nodeProvider: Provider = {
  provide: CatgaNode,
  inject: [MODULE_OPTIONS_TOKEN, BehaviorResolver, ModuleRef, { token: CATGA_NODE_SERVICES, optional: true }],
  async useFactory(
    options: CatgaOptions,
    behaviors: BehaviorResolver,
    moduleRef: ModuleRef,
    replaced?: Partial<NodeServices>,
  ) {
    const validatorsFor = await classValidators();
    return new CatgaNode(options, {
      logger: new Logger('Catga'),
      resolveBehavior: (ref) => behaviors.resolve(ref),
      validatorsFor,
      errorTranslators: [httpExceptionTranslator],
      resolve: (token) => providerOf(moduleRef, token),
      ...replaced,
    });
  },
};

/** Provider of a part of the node. */
function partOfNode<K extends keyof CatgaNode>(
  provide: abstract new (...args: never[]) => CatgaNode[K],
  part: K,
): Provider {
  return { provide, inject: [CatgaNode], useFactory: (node: CatgaNode) => node[part] };
}

const PUBLIC_PARTS: Provider[] = [
  partOfNode(CatgaMediator, 'mediator'),
  partOfNode(CatgaDeadLetters, 'deadLetters'),
  partOfNode(CatgaOutbox, 'outbox'),
  partOfNode(CatgaQueue, 'queue'),
  partOfNode(CatgaSubscriptions, 'subscriptions'),
  partOfNode(CatgaErrorSink, 'failures'),
  partOfNode(CatgaIds, 'ids'),
  CatgaHealthIndicator,
];

/**
 * Nest module of the mediator: discovers the application's handlers and exports {@link CatgaMediator}, which sends
 * messages to handlers on this and other nodes.
 *
 * @example `CatgaModule.forRoot()` for one process, with nothing to install
 * @publicApi
 */
@Module({
  imports: [DiscoveryModule, NodeStartModule, NodeDrainModule],
  providers: [
    nodeProvider,
    ...PUBLIC_PARTS,
    BehaviorResolver,
    GlobalEnhancers,
    EnhancerContext,
    HandlerInvoker,
    HandlerExplorer,
    NodeLifecycleService,
  ],
  exports: [
    CatgaMediator,
    CatgaDeadLetters,
    CatgaOutbox,
    CatgaQueue,
    CatgaSubscriptions,
    CatgaErrorSink,
    CatgaIds,
    CatgaHealthIndicator,
  ],
})
export class CatgaModule extends ConfigurableModuleClass {
  /** All options have defaults. With invalid or unknown options the application does not start; the error lists all of them. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** Like {@link forRoot}, with options from a factory (`useFactory`, `useClass`, `useExisting`). */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }
}
