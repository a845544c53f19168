import { Injectable } from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import type { ContextId } from '@nestjs/core';
import type { MessageContext, MessageHeaders } from '@catga/core';
import type { HandlerFunction } from '@catga/core/engine';
import { EnhancerContext } from './enhancer-context.js';
import type { FoundHandler } from './found-handler.js';
import { GlobalEnhancers } from './global-enhancers.js';

/** What `@Inject(REQUEST)` gives to handlers, and what they depend on, when they are made per message. */
export interface MessageRequest {
  readonly message: object;
  readonly context: MessageContext;
  /** Those of the message, where strategies for durable providers look for them. */
  readonly headers: MessageHeaders;
}

/** How the kernel calls a handler. */
export interface Invocation {
  readonly handler: HandlerFunction;
  /** False if the method takes only the message. */
  readonly usesContext: boolean;
  /** Whether guards, interceptors or the handler's scope may make the answer depend on who asks; global ones included. */
  readonly dependsOnCaller: boolean;
}

/**
 * Turns found handlers into functions: plain for singletons, one instance per message for the others. Global enhancers that
 * are made per message leave a singleton what it is.
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

  private perMessage({ wrapper, target, method }: FoundHandler, isEnhanced: boolean): HandlerFunction {
    const moduleRef = wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef).instance;
    if (moduleRef === undefined) throw new TypeError(`${target.name} has no host module`);
    const scoped = [wrapper, ...this.globals.scoped].filter((part) => !part.isDependencyTreeStatic());
    const isDurable = scoped.length > 0 && scoped.every((part) => part.isDependencyTreeDurable());
    return async (message, context) => {
      const contextId = this.register(moduleRef, { message, context, headers: context.headers }, isDurable);
      const instance = await moduleRef.resolve<Record<string | symbol, HandlerFunction>>(
        wrapper.token,
        contextId,
        { strict: true },
      );
      if (!isEnhanced) return instance[method]?.(message, context);
      const scope = isShared(wrapper) ? {} : { contextId };
      const handler = await this.enhancers.wrapForMessage(
        { instance, method, inquirerId: wrapper.id, ...scope },
        contextId,
      );
      return handler(message, context);
    };
  }

  /** As Nest's router does for a request: durable trees share instances, and get what their strategy made of it. */
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
