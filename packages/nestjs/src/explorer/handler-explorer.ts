import { Injectable } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CatgaNode } from '@catga/core';
import { EnhancerContext } from './enhancer-context.js';
import { exploreSources } from './explore-sources.js';
import type { FoundHandler } from './found-handler.js';
import { findHandlers, registerHandler } from './found-handlers.js';
import { GlobalEnhancers } from './global-enhancers.js';
import { HandlerInvoker } from './handler-invoker.js';

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
      ...exploreSources(wrappers, this.node, (wrapper) => this.invoker.instances(wrapper)),
    ];
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

  /** Returns the problem, if there is one. */
  private register(found: FoundHandler): readonly string[] {
    const { location, target } = found;
    const missing = this.enhancers.missing(found);
    if (missing.length > 0) {
      return [
        `${target.name} (${location}) is not provided as a class, so Nest has not created its enhancers (${missing.join(', ')}): ` +
          `list ${target.name} itself among the providers, or use instances.`,
      ];
    }
    registerHandler(this.node, found, this.invoker.invocation(found));
    return [];
  }
}
