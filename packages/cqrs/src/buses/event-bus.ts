/* oxlint-disable typescript/no-explicit-any -- the types that applications of @nestjs/cqrs were written against */
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import type { OnModuleDestroy, Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { EMPTY, catchError, defer, filter, from, mergeMap, pipe, tap } from 'rxjs';
import type { MonoTypeOperatorFunction, Subscription } from 'rxjs';
import { CatgaError } from '@catga/core';
import { messageClass } from '@catga/core/engine';
import { AsyncContext } from '../contracts/async-context.js';
import type { IEventBus } from '../contracts/buses.js';
import type { IEventHandler } from '../contracts/handlers.js';
import type { IEvent } from '../contracts/messages.js';
import type { CqrsModuleOptions } from '../contracts/module-options.js';
import type { EventIdProvider, EventOperator, IEventPublisher, ISaga } from '../contracts/publishers.js';
import { EVENTS_HANDLER_METADATA, EVENT_METADATA, idOf } from '../decorators/metadata.js';
import { sagasOf } from '../decorators/saga.js';
import {
  InvalidEventsHandlerException,
  InvalidSagaException,
  UnsupportedSagaScopeException,
} from '../exceptions/exceptions.js';
import { CQRS_MODULE_OPTIONS } from '../module/options-token.js';
import type { CqrsNode } from '../node/cqrs-node.js';
import { handlerClass } from '../node/handler-class.js';
import { followSaga } from '../sagas/follow-saga.js';
import { CommandBus } from './command-bus.js';
import { EventDelivery } from './event-delivery.js';
import type { EventOwner } from './event-delivery.js';
import { ObservableBus } from './observable-bus.js';
import { UnhandledExceptionBus } from './unhandled-exception-bus.js';

/** Delivers an event to the handlers of its class, or of the nearest base class that has any. */
const BY_CLASS: EventIdProvider = { getEventId: (event) => idOf(EVENT_METADATA, event) ?? null };

/**
 * Bus of events: publishes them to handlers and sagas. Also the observable stream of all events published here.
 *
 * @publicApi
 */
@Injectable()
export class EventBus<EventBase extends IEvent = IEvent>
  extends ObservableBus<EventBase>
  implements IEventBus<EventBase>, EventOwner, OnModuleDestroy
{
  /** Handlers as operators, for publishers that run them themselves. Filled at the start of the application. */
  readonly eventOperators: EventOperator<EventBase>[] = [];
  protected eventIdProvider: EventIdProvider<EventBase>;
  protected readonly subscriptions: Subscription[] = [];
  private readonly log = new Logger(this.constructor.name);
  private readonly delivery: EventDelivery;
  private current: IEventPublisher<EventBase>;

  constructor(
    private readonly commandBus: CommandBus,
    private readonly moduleRef: ModuleRef,
    private readonly unhandledExceptionBus: UnhandledExceptionBus,
    @Optional() @Inject(CQRS_MODULE_OPTIONS) private readonly options?: CqrsModuleOptions,
  ) {
    super();
    this.eventIdProvider = options?.eventIdProvider ?? BY_CLASS;
    this.delivery = new EventDelivery(
      {
        idOf: (event) => this.idOf(event),
        isByClass: () => this.eventIdProvider === BY_CLASS, // Subclasses set their own later.
        failed: (event, error, source) => this.failed(event, error, `${source} failed on ${nameOf(event)}`),
        lost: (event, error) => this.failed(event, error, `${nameOf(event)} was not published`),
      },
      this,
    );
    // Events that others emit into the stream, such as an external event source, reach the handlers, too.
    this.subscriptions.push(this.subject$.subscribe((event) => this.delivery.emitted(event)));
    this.current = options?.eventPublisher ?? this.ownPublisher();
  }

  /** Publisher of events. */
  get publisher(): IEventPublisher<EventBase> {
    return this.current;
  }

  set publisher(publisher: IEventPublisher<EventBase>) {
    this.current = publisher;
  }

  onModuleDestroy(): void {
    for (const subscription of this.subscriptions) {
      try {
        subscription.unsubscribe();
      } catch (thrown) {
        this.failed('saga', thrown, 'Stopping a saga failed'); // The others are stopped, too.
      }
    }
  }

  /** @internal Runs its handlers on a node. */
  connect(node: CqrsNode): void {
    this.delivery.connect(node);
  }

  /** @internal Called when a handler failed on the node, which has logged it. */
  failedOnNode(event: object, error: unknown): void {
    this.failed(event, error, undefined);
  }

  /**
   * Publishes an event. A plain event has been passed to its handlers when this returns. For a reliable event, or one that leaves the
   * process, it returns a promise that resolves when the event is stored or sent. It rejects with the codes of `CatgaMediator.publish`; the
   * error also goes to the exception bus, so awaiting is optional.
   */
  publish<TEvent extends EventBase>(event: TEvent): any;
  publish<TEvent extends EventBase>(event: TEvent, asyncContext: AsyncContext): any;
  publish<TEvent extends EventBase, TContext = unknown>(event: TEvent, dispatcherContext: TContext): any;
  publish<TEvent extends EventBase, TContext = unknown>(
    event: TEvent,
    dispatcherContext: TContext,
    asyncContext?: AsyncContext,
  ): any;
  publish(event: EventBase, given?: unknown, context?: AsyncContext): any {
    const { dispatcher, asyncContext } = contextsOf(given, context);
    asyncContext?.attachTo(event);
    return this.current.publish(event, dispatcher, asyncContext);
  }

  /** Publishes events, in order. Returns a promise if one of them is reliable or leaves the process, as {@link publish} does. */
  publishAll<TEvent extends EventBase>(events: TEvent[]): any;
  publishAll<TEvent extends EventBase>(events: TEvent[], asyncContext: AsyncContext): any;
  publishAll<TEvent extends EventBase, TContext = unknown>(
    events: TEvent[],
    dispatcherContext: TContext,
  ): any;
  publishAll<TEvent extends EventBase, TContext = unknown>(
    events: TEvent[],
    dispatcherContext: TContext,
    asyncContext?: AsyncContext,
  ): any;
  publishAll(events: EventBase[], given?: unknown, context?: AsyncContext): any {
    const { dispatcher, asyncContext } = contextsOf(given, context);
    const all = events ?? [];
    if (asyncContext)
      for (const event of all) if (!AsyncContext.isAttached(event)) asyncContext.attachTo(event);
    if (this.current.publishAll) return this.current.publishAll(all, dispatcher, asyncContext);
    return all.map((event): unknown => this.current.publish(event, dispatcher, asyncContext));
  }

  /**
   * Publishes a plain event to the stream and the handlers of this process, and waits for them, without the behaviors of the
   * node. Rejects with what a handler threw, or an `AggregateError` of several; with `CATGA_UNSUPPORTED` for an event that is
   * reliable or leaves the process.
   */
  async publishAndWait(event: EventBase, asyncContext?: AsyncContext): Promise<void> {
    if (!this.delivery.isLocal(event)) {
      throw new CatgaError(
        'CATGA_UNSUPPORTED',
        `${nameOf(event)} is reliable or leaves the process: its handlers may run later or elsewhere; publish it.`,
      );
    }
    asyncContext?.attachTo(event);
    const running = this.delivery.runAll(event);
    this.delivery.emit(event, () => this.subject$.next(event));
    const errors = (await Promise.allSettled(running)).flatMap((end): unknown[] =>
      end.status === 'rejected' ? [end.reason] : [],
    );
    if (errors.length > 1)
      throw new AggregateError(errors, `${errors.length} handlers of ${nameOf(event)} failed.`);
    if (errors.length === 1) throw errors[0];
  }

  /** Binds a handler to the events with an id; without one, to all events. */
  bind(handler: InstanceWrapper<IEventHandler<EventBase>>, id: string): void {
    const run = this.runnerOf(handler);
    this.delivery.bind({ id, wrapper: handler, run, name: handlerClass(handler)?.name ?? handler.name });
    this.eventOperators.push(
      pipe(
        this.filterEventWithId(id),
        mergeMap((event) =>
          defer(() => from(Promise.resolve(run(event)))).pipe(
            catchError((error: unknown) => {
              if (this.options?.rethrowUnhandled) throw error;
              this.failed(event, error, `${handler.name} failed on ${nameOf(event)}`);
              return EMPTY;
            }),
          ),
        ),
      ),
    );
  }

  /** Registers handlers by their decorators. */
  register(handlers: InstanceWrapper<IEventHandler<EventBase>>[] = []): void {
    for (const handler of handlers) this.registerHandler(handler);
  }

  /** Registers the sagas of classes. */
  registerSagas(wrappers: InstanceWrapper<object>[] = []): void {
    for (const wrapper of wrappers) {
      if (!wrapper.isDependencyTreeStatic()) throw new UnsupportedSagaScopeException();
      const instance = wrapper.instance as Record<string | symbol, ISaga<EventBase> | undefined>;
      for (const member of sagasOf(wrapper.metatype ?? instance.constructor)) {
        const declared = instance[member];
        if (typeof declared !== 'function') throw new InvalidSagaException();
        const saga = declared.bind(instance);
        Object.defineProperty(saga, 'name', { value: String(member) });
        this.registerSaga(saga);
      }
    }
  }

  protected registerHandler(handler: InstanceWrapper<IEventHandler<EventBase>>): void {
    const target = handlerClass(handler);
    const events: unknown = target && Reflect.getMetadata(EVENTS_HANDLER_METADATA, target);
    if (!Array.isArray(events)) throw new InvalidEventsHandlerException();
    for (const event of events as Type<EventBase>[])
      this.bind(handler, this.eventIdProvider.getEventId(event) as string);
  }

  protected filterEventWithId(id: string | null): MonoTypeOperatorFunction<EventBase> {
    return id ? filter((event) => this.idOf(event) === id) : tap();
  }

  protected registerSaga(saga: ISaga<EventBase>): void {
    this.subscriptions.push(
      followSaga(saga, this, {
        execute: (command) => this.commandBus.execute(command),
        sagaFailed: (error) => this.failed(saga.name, error, `The saga ${saga.name} failed`),
        commandFailed: (command, error) =>
          this.failed(command, error, `${nameOf(command)}, a command of the saga ${saga.name}, failed`),
      }),
    );
  }

  private idOf(event: object): string | null {
    const target = messageClass(event);
    return target === undefined ? null : this.eventIdProvider.getEventId(target as Type<EventBase>);
  }

  private ownPublisher(): IEventPublisher<EventBase> {
    const publish = (event: EventBase): Promise<void> | undefined => {
      const published = this.delivery.publish(event);
      this.delivery.emit(event, () => this.subject$.next(event));
      return published;
    };
    return {
      publish,
      publishAll: (events: EventBase[]): unknown => {
        const published = events.map(publish);
        return published.some((one) => one !== undefined) ? this.delivery.allOf(published) : published;
      },
    };
  }

  /** @internal Runs one handler. */
  runHandler(handler: InstanceWrapper, event: object): unknown {
    return this.runnerOf(handler as InstanceWrapper<IEventHandler<EventBase>>)(event);
  }

  private runnerOf(handler: InstanceWrapper<IEventHandler<EventBase>>): (event: object) => unknown {
    if (handler.isDependencyTreeStatic()) {
      return (event) => handler.instance.handle(event as EventBase) as unknown;
    }
    return async (event) => {
      const { id } = AsyncContext.of(event) ?? new AsyncContext();
      const target = handler.metatype as Type<IEventHandler<EventBase>>;
      const instance = await this.moduleRef.resolve(target, id, { strict: false });
      return instance.handle(event as EventBase) as unknown;
    };
  }

  /** Reports an error that reaches no caller. */
  private failed(cause: object | string, exception: unknown, what: string | undefined): void {
    if (this.options?.rethrowUnhandled) {
      // Outside of any promise and stream, so that it only ends the process.
      setTimeout(() => {
        throw exception;
      });
      return;
    }
    this.unhandledExceptionBus.publish({ cause, exception });
    if (what !== undefined) this.log.error(what, exception);
  }
}

/** Sorts the second and third arguments of a publication: either may be the context of request-scoped handlers. */
function contextsOf(
  given: unknown,
  context: AsyncContext | undefined,
): { readonly dispatcher: unknown; readonly asyncContext: AsyncContext | undefined } {
  return context === undefined && given instanceof AsyncContext
    ? { dispatcher: undefined, asyncContext: given }
    : { dispatcher: given, asyncContext: context };
}

function nameOf(message: object): string {
  return messageClass(message)?.name ?? 'An object';
}
