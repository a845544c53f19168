import { Injectable } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CatgaNode } from '@catga/core';
import { EnhancerContext } from './enhancer-context.js';
import type { FoundHandler } from './found-handler.js';
import { GlobalEnhancers } from './global-enhancers.js';
import { declarationsOf } from './handler-declarations.js';
import type { Class, Declarations } from './handler-declarations.js';
import { HandlerInvoker } from './handler-invoker.js';

type Method = (...args: never[]) => unknown;

const NOTHING: Declarations = { handlers: [], problems: [] };

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
    const problems = [...this.globals.problems];
    const nodes = wrappers.filter(({ token }) => token === CatgaNode).length;
    if (nodes > 1) {
      problems.push(
        `CatgaModule.forRoot() is imported ${nodes} times, each time with a separate node: import it once, in the root ` +
          'module; other modules can inject its exports.',
      );
    }
    const isProvided = providedAmong(wrappers);
    for (const wrapper of wrappers) {
      // An alias (`useExisting`) has the instance of another provider.
      if (wrapper.isAlias) continue;
      const { target, declarations } = this.decorated(wrapper, isProvided);
      const location = wrapper.host?.name ?? 'unknown module';
      problems.push(...declarations.problems.map((problem) => `${target.name} (${location}) ${problem}`));
      for (const { method, metadata, name } of declarations.handlers) {
        const callback = methodOf(wrapper, target, method) as Method | undefined;
        const problem =
          typeof callback === 'function'
            ? this.register({ wrapper, target, method, callback, metadata, name, location })
            : `is decorated as a handler but has no method '${String(method)}': add it, or decorate the method that handles the message.`;
        if (problem !== undefined) problems.push(`${target.name} (${location}) ${problem}`);
      }
    }
    return problems;
  }

  /** Handlers of modules that were lazy-loaded since, as `Class (Module)`; each is returned once. */
  lateHandlers(): readonly string[] {
    if (this.modules.size === this.modulesSeen) return [];
    this.modulesSeen = this.modules.size;
    const wrappers = this.wrappers();
    const late = wrappers.filter((wrapper) => !this.explored.has(wrapper) && !wrapper.isAlias);
    this.explored = new Set(wrappers);
    const isProvided = providedAmong(wrappers);
    return late.flatMap((wrapper) =>
      this.decorated(wrapper, isProvided).declarations.handlers.map(
        ({ name }) => `${name} (${wrapper.host?.name ?? 'unknown module'})`,
      ),
    );
  }

  private wrappers(): readonly InstanceWrapper[] {
    return [...this.discovery.getProviders(), ...this.discovery.getControllers()];
  }

  /**
   * The class whose decorators are read: that of the instance, or else its provider token, so that a handler that
   * a test overrides with a plain object is still found.
   */
  private decorated(
    { instance, metatype, token, inject }: InstanceWrapper<object>,
    isProvided: (base: object) => boolean,
  ): { readonly target: Class; readonly declarations: Declarations } {
    const candidates: unknown[] = [instance?.constructor, inject ? undefined : metatype, token];
    for (const target of candidates) {
      if (typeof target !== 'function' || typeof target.prototype !== 'object') continue;
      const declarations = declarationsOf(target as unknown as Class, isProvided);
      if (declarations.handlers.length + declarations.problems.length > 0)
        return { target: target as unknown as Class, declarations };
    }
    return { target: Object, declarations: NOTHING };
  }

  /** Returns the problem, if there is one. */
  private register(found: FoundHandler): string | undefined {
    const { metadata, name, location, target } = found;
    const missing = this.enhancers.missing(found);
    if (missing.length > 0) {
      return (
        `is not provided as a class, so Nest has not made what it uses (${missing.join(', ')}): ` +
        `list ${target.name} itself among the providers, or use instances.`
      );
    }
    const { handler, ...invocation } = this.invoker.invocation(found);
    const details = { name, location, ...invocation };
    if (metadata.kind === 'request')
      this.node.handleRequest(metadata.message, handler, { ...metadata.options, ...details });
    else {
      this.node.handleEvent(metadata.messages, handler, {
        ...details,
        ...metadata.options,
        name: metadata.options.name ?? name,
      });
    }
    return undefined;
  }
}

/** Whether a class is a provider's class or token. */
function providedAmong(wrappers: readonly InstanceWrapper[]): (base: object) => boolean {
  const classes = new Set<unknown>(wrappers.flatMap(({ token, metatype }) => [token, metatype]));
  return (base) => classes.has(base);
}

/** A method of the instance, which a test may have replaced, or of the class if there is no instance yet. */
function methodOf({ instance }: InstanceWrapper<object>, target: Class, method: string | symbol): unknown {
  const host = (instance as object | undefined) ?? (target.prototype as object);
  return (host as Record<string | symbol, unknown>)[method];
}
