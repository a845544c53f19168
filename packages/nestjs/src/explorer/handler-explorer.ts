import { Injectable } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CatgaNode } from '@catga/core';
import { EnhancerContext } from './enhancer-context.js';
import type { FoundHandler } from './found-handler.js';
import { classesOf, findHandlers, registerHandler } from './found-handlers.js';
import { GlobalEnhancers } from './global-enhancers.js';
import { HandlerInvoker } from './handler-invoker.js';
import { HandlerSource, neededSourceOf } from './handler-source.js';
import type { ExploredProvider } from './handler-source.js';

/** Discovers decorated classes and methods of providers and controllers, and registers them with the node. */
@Injectable()
export class HandlerExplorer {
  private explored: ReadonlySet<InstanceWrapper> = new Set();
  private modulesSeen = 0;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly modules: ModulesContainer,
    private readonly enhancers: EnhancerContext,
    private readonly invoker: HandlerInvoker,
    private readonly globals: GlobalEnhancers,
    private readonly node: CatgaNode,
  ) {}

  /** Returns the problems of decorated classes, which the node reports with all others. */
  explore(): readonly string[] {
    const wrappers = this.wrappers();
    this.explored = new Set(wrappers);
    this.modulesSeen = this.modules.size;
    const { handlers, problems } = findHandlers(wrappers);
    return [
      ...this.globals.problems,
      ...problems,
      ...handlers.flatMap((found) => this.register(found)),
      ...this.exploreSources(wrappers),
    ];
  }

  /** Handlers that other packages declare. */
  private exploreSources(wrappers: readonly InstanceWrapper[]): readonly string[] {
    const sources = wrappers.flatMap(({ instance }) => (instance instanceof HandlerSource ? [instance] : []));
    const provided = wrappers.filter(({ isAlias }) => !isAlias).map((wrapper) => this.providerOf(wrapper));
    const missing = provided.flatMap(({ classes, location }) => {
      const [target] = classes.filter((one) => neededSourceOf(one) !== undefined);
      const needed = target && neededSourceOf(target);
      return needed === undefined || sources.some(({ decorator }) => decorator === needed.decorator)
        ? []
        : [
            `${target?.name} (${location}) uses ${needed.decorator}, which has no effect without ${needed.module}: import it.`,
          ];
    });
    return [...missing, ...sources.flatMap((source) => source.register(provided, this.node))];
  }

  /** Handlers of modules that were lazy-loaded since, as `Class (Module)`; each is returned once. */
  lateHandlers(): readonly string[] {
    if (this.modules.size === this.modulesSeen) return [];
    this.modulesSeen = this.modules.size;
    const wrappers = this.wrappers();
    const { explored } = this;
    this.explored = new Set(wrappers);
    return findHandlers(wrappers)
      .handlers.filter(({ wrapper }) => !explored.has(wrapper))
      .map(({ name, location }) => `${name} (${location})`);
  }

  private wrappers(): readonly InstanceWrapper[] {
    return [...this.discovery.getProviders(), ...this.discovery.getControllers()];
  }

  private providerOf(wrapper: InstanceWrapper<object>): ExploredProvider {
    let instances: ExploredProvider['instanceFor'] | undefined;
    return {
      classes: classesOf(wrapper),
      location: wrapper.host?.name ?? 'unknown module',
      instanceFor: (message, context) => (instances ??= this.invoker.instances(wrapper))(message, context),
    };
  }

  /** Returns the problem, if there is one. */
  private register(found: FoundHandler): readonly string[] {
    const { location, target } = found;
    const missing = this.enhancers.missing(found);
    if (missing.length > 0) {
      return [
        `${target.name} (${location}) is not provided as a class, so Nest has not made what it uses (${missing.join(', ')}): ` +
          `list ${target.name} itself among the providers, or use instances.`,
      ];
    }
    registerHandler(this.node, found, this.invoker.invocation(found));
    return [];
  }
}
