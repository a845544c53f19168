import { Injectable } from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import type { ContextId } from '@nestjs/core';
import type { MessageContext, MessageHeaders } from '@catga/core';
import type { HandlerFunction } from '@catga/core/engine';
import { EnhancerContext } from './enhancer-context.js';
import type { FoundHandler } from './found-handler.js';

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
  /** Whether guards, interceptors or the handler's scope may make the answer depend on who asks. */
  readonly dependsOnCaller: boolean;
}

/** Turns found handlers into functions: plain for singletons, one instance per message for the others. */
@Injectable()
export class HandlerInvoker {
  constructor(private readonly enhancers: EnhancerContext) {}

  invocation(found: FoundHandler): Invocation {
    const { wrapper, method, callback } = found;
    const isEnhanced = this.enhancers.hasEnhancers(found);
    const dependsOnCaller = isEnhanced || !wrapper.isDependencyTreeStatic();
    if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient) {
      return { handler: this.perMessage(found, isEnhanced), usesContext: true, dependsOnCaller };
    }
    const instance = wrapper.instance as Record<string | symbol, HandlerFunction>;
    if (isEnhanced) {
      return { handler: this.enhancers.wrap({ instance, method }), usesContext: true, dependsOnCaller };
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
    return async (message, context) => {
      const contextId = this.register(
        moduleRef,
        { message, context, headers: context.headers },
        wrapper.isDependencyTreeDurable(),
      );
      const instance = await moduleRef.resolve<Record<string | symbol, HandlerFunction>>(
        wrapper.token,
        contextId,
        {
          strict: true,
        },
      );
      const handler = isEnhanced
        ? this.enhancers.wrap({ instance, method, contextId, inquirerId: wrapper.id })
        : instance[method]?.bind(instance);
      return handler?.(message, context);
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
