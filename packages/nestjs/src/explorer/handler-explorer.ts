import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CatgaNode } from '@catga/core';
import { readHandlerMetadata } from '../decorators/handler-metadata.js';
import type { HandlerMetadata } from '../decorators/handler-metadata.js';
import { EnhancerContext } from './enhancer-context.js';
import type { FoundHandler } from './found-handler.js';
import { HandlerInvoker } from './handler-invoker.js';

type Class = abstract new (...args: never[]) => object;
type Method = (...args: never[]) => unknown;

/** What a decorator says, and of which method. */
interface Declaration {
  readonly method: string;
  readonly metadata: HandlerMetadata;
  /** `Class` or `Class.method`. */
  readonly name: string;
}

/** Finds every decorated class and method among the providers and controllers, and registers it with the node. */
@Injectable()
export class HandlerExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly enhancers: EnhancerContext,
    private readonly invoker: HandlerInvoker,
    private readonly node: CatgaNode,
  ) {}

  /** Returns what is wrong with the decorated classes, for the node to report with the rest. */
  explore(): readonly string[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const problems: string[] = [];
    const nodes = wrappers.filter(({ token }) => token === CatgaNode).length;
    if (nodes > 1) {
      problems.push(
        `CatgaModule.forRoot() is imported ${nodes} times, each with a node of its own: import it once, in the root ` +
          'module; the others can inject what it exports.',
      );
    }
    for (const wrapper of wrappers) {
      // An alias is another provider's instance.
      if (wrapper.isAlias) continue;
      const { target, declarations } = this.decorated(wrapper);
      for (const { method, metadata, name } of declarations) {
        const callback = methodOf(wrapper, target, method) as Method | undefined;
        const location = wrapper.host?.name ?? 'unknown module';
        const problem =
          typeof callback === 'function'
            ? this.register({ wrapper, target, method, callback, metadata, name, location })
            : `is decorated as a handler but has no method '${method}': add it, or decorate the method that handles the message.`;
        if (problem !== undefined) problems.push(`${target.name} (${location}) ${problem}`);
      }
    }
    return problems;
  }

  /**
   * The class whose decorators count: that of the instance, or else the one it is provided as, so that a handler that
   * a test overrides with a plain object is still found.
   */
  private decorated({ instance, metatype, token, inject }: InstanceWrapper<object>): {
    readonly target: Class;
    readonly declarations: readonly Declaration[];
  } {
    const candidates: unknown[] = [instance?.constructor, inject ? undefined : metatype, token];
    for (const target of candidates) {
      if (typeof target !== 'function' || typeof target.prototype !== 'object') continue;
      const declarations = this.declarationsOf(target as unknown as Class);
      if (declarations.length > 0) return { target: target as unknown as Class, declarations };
    }
    return { target: Object, declarations: [] };
  }

  private declarationsOf(target: Class): readonly Declaration[] {
    const { name } = target;
    const methods = target.prototype as Readonly<Record<string, object | undefined>>;
    return [
      ...readHandlerMetadata(target).map((metadata) => ({ method: 'handle', metadata, name })),
      ...this.scanner.getAllMethodNames(methods).flatMap((method) =>
        readHandlerMetadata(methods[method]).map((metadata) => ({
          method,
          metadata,
          name: `${name}.${method}`,
        })),
      ),
    ];
  }

  /** Returns why it cannot be, if it cannot. */
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

/** A method of the instance, which a test may have replaced, or of the class where there is no instance yet. */
function methodOf({ instance }: InstanceWrapper<object>, target: Class, method: string): unknown {
  const host = (instance as object | undefined) ?? (target.prototype as object);
  return (host as Record<string, unknown>)[method];
}
