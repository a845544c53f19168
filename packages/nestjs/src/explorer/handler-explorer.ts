import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CatgaNode } from '@catga/core';
import { readHandlerMetadata } from '../decorators/handler-metadata.js';
import type { HandlerMetadata } from '../decorators/handler-metadata.js';
import type { FoundHandler } from './found-handler.js';
import { HandlerInvoker } from './handler-invoker.js';

type Class = abstract new (...args: never[]) => object;
type Method = (...args: never[]) => unknown;

/** Finds every decorated class and method among the providers and controllers, and registers it with the node. */
@Injectable()
export class HandlerExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly invoker: HandlerInvoker,
    private readonly node: CatgaNode,
  ) {}

  /** Returns what is wrong with the decorated classes, for the node to report with the rest. */
  explore(): readonly string[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const problems: string[] = [];
    for (const wrapper of wrappers) {
      // An alias is another provider's instance.
      if (wrapper.isAlias) continue;
      const target = classOf(wrapper);
      if (target === undefined) continue;
      for (const metadata of readHandlerMetadata(target)) {
        if (typeof instanceMethod(wrapper, target, 'handle') === 'function') {
          this.register(this.found(wrapper, target, 'handle', metadata, target.name));
        } else {
          problems.push(
            `${target.name} (${moduleName(wrapper)}) is decorated as a handler but has no method 'handle': add it, ` +
              'or decorate the method that handles the message.',
          );
        }
      }
      for (const method of this.scanner.getAllMethodNames(target.prototype as object)) {
        const callback = (target.prototype as Record<string, object>)[method];
        if (callback === undefined) continue;
        for (const metadata of readHandlerMetadata(callback)) {
          this.register(this.found(wrapper, target, method, metadata, `${target.name}.${method}`));
        }
      }
    }
    return problems;
  }

  private found(
    wrapper: InstanceWrapper<object>,
    target: Class,
    method: string,
    metadata: HandlerMetadata,
    name: string,
  ): FoundHandler {
    const callback = instanceMethod(wrapper, target, method) as Method;
    return { wrapper, target, method, callback, metadata, name, location: moduleName(wrapper) };
  }

  private register(found: FoundHandler): void {
    const { metadata, name, location } = found;
    const { handler, usesContext } = this.invoker.invocation(found);
    const details = { name, location, usesContext };
    if (metadata.kind === 'request') this.node.handleRequest(metadata.message, handler, details);
    else {
      this.node.handleEvent(metadata.messages, handler, {
        ...details,
        ...metadata.options,
        name: metadata.options.name ?? name,
      });
    }
  }
}

/**
 * The class whose decorators count: that of the instance, or else the one it is provided as, so that a handler that a
 * test overrides with a plain object is still found.
 */
function classOf({ instance, metatype, token, inject }: InstanceWrapper<object>): Class | undefined {
  const candidates: unknown[] = [instance?.constructor, inject ? undefined : metatype, token];
  const classes = candidates.filter((candidate): candidate is Class => typeof candidate === 'function');
  const decorated = classes.find((candidate) => readHandlerMetadata(candidate).length > 0);
  return decorated ?? classes.find((candidate) => typeof candidate.prototype === 'object');
}

/** A method of the instance, which a test may have replaced, or of the class where there is no instance yet. */
function instanceMethod({ instance }: InstanceWrapper<object>, target: Class, method: string): unknown {
  const host = (instance as object | undefined) ?? (target.prototype as object);
  return (host as Record<string, unknown>)[method];
}

function moduleName({ host }: InstanceWrapper<object>): string {
  return host?.name ?? 'unknown module';
}
