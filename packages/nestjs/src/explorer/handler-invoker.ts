import { Injectable } from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import type { ContextId } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { MessageContext, MessageHeaders } from '@catga/core';
import type { HandlerFunction } from '@catga/core/engine';
import { EnhancerContext } from './enhancer-context.js';
import type { FoundHandler } from './found-handler.js';
import { GlobalEnhancers } from './global-enhancers.js';
import type { ExploredProvider } from './handler-source.js';

/** Value of `@Inject(REQUEST)` in request-scoped handlers and their dependencies. */
export interface MessageRequest {
  readonly message: object;
  readonly context: MessageContext;
  /** Headers of the message, as strategies for durable providers expect them. */
  readonly headers: MessageHeaders;
}

type ResolveInstance = (
  message: object,
  context: MessageContext,
) => Promise<{ readonly instance: Record<string | symbol, HandlerFunction>; readonly contextId: ContextId }>;

/** A handler as a function for the kernel. */
export interface Invocation {
  readonly handler: HandlerFunction;
  /** False if the method takes only the message. */
  readonly usesContext: boolean;
  /** Whether guards, interceptors or the handler's scope may make the result depend on the caller; global ones included. */
  readonly dependsOnCaller: boolean;
}

/**
 * Turns discovered handlers into functions: on the instance for singletons, on one instance per message for others. A
 * singleton handler stays a singleton with request-scoped global enhancers.
 */
@Injectable()
export class HandlerInvoker {
  constructor(
    private readonly enhancers: EnhancerContext,
    private readonly globals: GlobalEnhancers,
  ) {}

  invocation(found: FoundHandler): Invocation {
    const { wrapper, method, callback } = found;
    const isEnhanced = this.enhancers.hasEnhancers(found);
    const dependsOnCaller =
      this.enhancers.hasEnhancers(found, 'guards', 'interceptors') || !wrapper.isDependencyTreeStatic();
    if (!isShared(wrapper) || this.globals.scoped.length > 0) {
      return { handler: this.perMessage(found, isEnhanced), usesContext: true, dependsOnCaller };
    }
    const instance = wrapper.instance as Record<string | symbol, HandlerFunction>;
    if (isEnhanced) {
      const inquirerId = wrapper.id;
      return {
        handler: this.enhancers.wrap({ instance, method, inquirerId }),
        usesContext: true,
        dependsOnCaller,
      };
    }
    return {
      handler: (message, context) => (instance[method] as HandlerFunction)(message, context),
      usesContext: callback.length !== 1,
      dependsOnCaller,
    };
  }

  /** The instance for each message, without enhancers. */
  instances(wrapper: InstanceWrapper<object>): ExploredProvider['instanceFor'] {
    if (isShared(wrapper)) return () => wrapper.instance;
    let resolve: ResolveInstance | undefined;
    return async (message, context) =>
      (await (resolve ??= this.resolver(wrapper))(message, context)).instance;
  }

  private perMessage({ wrapper, method }: FoundHandler, isEnhanced: boolean): HandlerFunction {
    const resolve = this.resolver(wrapper);
    return async (message, context) => {
      const { instance, contextId } = await resolve(message, context);
      if (!isEnhanced) return instance[method]?.(message, context);
      const scope = isShared(wrapper) ? {} : { contextId };
      const handler = await this.enhancers.wrapForMessage(
        { instance, method, inquirerId: wrapper.id, ...scope },
        contextId,
      );
      return handler(message, context);
    };
  }

  /** A new instance for each message, or that of its durable tree. */
  private resolver(wrapper: InstanceWrapper<object>): ResolveInstance {
    const moduleRef = wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef).instance;
    if (moduleRef === undefined) throw new TypeError(`${wrapper.name} has no host module`);
    const scoped = [wrapper, ...this.globals.scoped].filter((part) => !part.isDependencyTreeStatic());
    const isDurable = scoped.length > 0 && scoped.every((part) => part.isDependencyTreeDurable());
    return async (message, context) => {
      const contextId = this.register(moduleRef, { message, context, headers: context.headers }, isDurable);
      const instance = await moduleRef.resolve<Record<string | symbol, HandlerFunction>>(
        wrapper.token,
        contextId,
        { strict: true },
      );
      return { instance, contextId };
    };
  }

  /** Context id of a message, as in Nest's router: durable trees share instances by their strategy. */
  private register(moduleRef: ModuleRef, request: MessageRequest, isDurable: boolean): ContextId {
    const contextId = ContextIdFactory.getByRequest(request);
    const payload: unknown = contextId.payload;
    moduleRef.registerRequestByContextId(isDurable ? payload : Object.assign(request, payload), contextId);
    return contextId;
  }
}

/** Whether one instance handles all messages. */
function isShared(wrapper: FoundHandler['wrapper']): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}
