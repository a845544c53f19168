import { Logger } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CatgaError } from '@catga/core';
import type { SendOptions } from '@catga/core';
import { hasOwnName, messageClass } from '@catga/core/engine';
import { AsyncContext } from '../contracts/async-context.js';
import { idOf, markRequest } from '../decorators/metadata.js';
import type { CqrsNode } from '../node/cqrs-node.js';
import { handlerClass } from '../node/handler-class.js';
import { ObservableBus } from './observable-bus.js';

/** Differences between the bus of commands and that of queries. */
export interface RequestKind {
  readonly kind: 'command' | 'query';
  readonly messageKey: string;
  readonly handlerKey: string;
  notFound(name: string, cause?: unknown): Error;
  invalid(): Error;
}

/** Instance of a handler. */
interface Executor {
  execute(request: object): unknown;
}

/** A handler as a function. */
export interface BoundRequest {
  readonly wrapper: InstanceWrapper;
  readonly run: (request: object, context?: AsyncContext) => unknown;
}

/** Observer of messages. */
interface Told<Base> {
  publish(request: Base): unknown;
}

/** Base class of the command bus and the query bus: handlers by the id of their message, and the node that runs them. */
export abstract class RequestBus<
  Base extends object,
  Publisher extends Told<Base>,
> extends ObservableBus<Base> {
  private readonly handlers = new Map<string, BoundRequest>();
  private readonly log = new Logger(this.constructor.name);
  private current: Publisher;
  private node: CqrsNode | undefined;

  protected constructor(
    private readonly modules: ModuleRef,
    private readonly rules: RequestKind,
    publisher: Publisher | undefined,
    ofSubject: (bus: ObservableBus<Base>) => Publisher,
  ) {
    super();
    this.current = publisher ?? ofSubject(this);
  }

  /** Publisher, called with each message before it is handled. */
  get publisher(): Publisher {
    return this.current;
  }

  set publisher(publisher: Publisher) {
    this.current = publisher;
  }

  /** @internal Runs its handlers on a node. */
  connect(node: CqrsNode): void {
    this.node ??= node;
  }

  /** Registers handlers by their decorators. */
  register(handlers: InstanceWrapper<object>[] = []): void {
    for (const handler of handlers) this.registerHandler(handler);
  }

  /** Binds a handler to the messages with an id. */
  bind(handler: InstanceWrapper<object>, id: string): void {
    this.handlers.set(id, { wrapper: handler, run: this.runnerOf(handler) });
  }

  protected registerHandler(handler: InstanceWrapper<object>): void {
    const target = handlerClass(handler);
    const message: unknown = target && Reflect.getMetadata(this.rules.handlerKey, target);
    const id = idOf(this.rules.messageKey, message);
    if (target === undefined || id === undefined) throw this.rules.invalid();
    if (this.handlers.has(id)) {
      const name = (message as { readonly name?: string }).name ?? 'one message';
      this.log.warn(`${target.name} replaces the handler of ${name} that was registered before it.`);
    }
    this.bind(handler, id);
  }

  /**
   * Takes a message to its handler: here, through the node, or on another one.
   * @throws synchronously if it has no handler and cannot be sent elsewhere; with options and without a node it rejects
   */
  protected handle(request: Base, given: AsyncContext | SendOptions | undefined): unknown {
    const context = given instanceof AsyncContext ? given : undefined;
    const options = given instanceof AsyncContext ? undefined : given;
    const { node, rules } = this;
    const bound = this.boundTo(request);
    if (bound === undefined) {
      const target = messageClass(request);
      const name = target?.name ?? 'of a plain object';
      if (node === undefined || target === undefined) throw rules.notFound(name);
      if (hasOwnName(target)) markRequest(target, rules.kind);
      if (!node.mayLeave(target, rules.kind)) throw rules.notFound(name);
      this.current.publish(request);
      return node.sendAway(request, options, (cause) => rules.notFound(name, cause));
    }
    const isOnNode = node !== undefined && node.runsRequest(request, bound.wrapper);
    if (options !== undefined && !isOnNode) return Promise.reject(this.withoutNode(request));
    this.current.publish(request);
    if (isOnNode) return node.send(request, () => bound.run(request, context), options);
    return bound.run(request, context);
  }

  /** Error of options for a call that does not go through the node. */
  private withoutNode(request: object): CatgaError {
    const { node } = this;
    const name = messageClass(request)?.name ?? 'A plain object';
    if (node === undefined)
      return new CatgaError(
        'CATGA_CONFIGURATION',
        `${name} was given options, but there is no node to apply them: import CqrsModule.forRoot().`,
      );
    return node.isOpen
      ? new CatgaError(
          'CATGA_UNSUPPORTED',
          `${name} was given options, but its handler does not run on the node.`,
        )
      : new CatgaError('CATGA_SHUTTING_DOWN', `${name} was given options, but the node is not running.`);
  }

  /** @internal Handles a message that did not come through this bus: of another node, of a queue, of the mediator. */
  handleIncoming(request: object): unknown {
    const bound = this.boundTo(request as Base);
    if (bound === undefined) throw this.rules.notFound(request.constructor.name);
    this.current.publish(request as Base);
    return bound.run(request);
  }

  private boundTo(request: Base): BoundRequest | undefined {
    const id = idOf(this.rules.messageKey, messageClass(request));
    return id === undefined ? undefined : this.handlers.get(id);
  }

  private runnerOf(handler: InstanceWrapper<object>): BoundRequest['run'] {
    if (handler.isDependencyTreeStatic()) {
      const instance = handler.instance as Executor;
      if (typeof instance?.execute !== 'function') throw this.rules.invalid();
      return (request) => instance.execute(request);
    }
    return async (request, given) => {
      const context = given ?? AsyncContext.of(request) ?? new AsyncContext();
      this.modules.registerRequestByContextId(context, context.id);
      // Events that the handler publishes and aggregates that it merges find the context there; queries do not need it.
      if (this.rules.kind === 'command') context.attachTo(request);
      const instance = await this.modules.resolve<Executor>(handler.metatype as Type<Executor>, context.id, {
        strict: false,
      });
      return instance.execute(request);
    };
  }
}
