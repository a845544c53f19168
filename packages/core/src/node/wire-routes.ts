import type { RequestHandlerOptions } from '../contracts/handlers.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { MessageType } from '../contracts/message-type.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import type { RetryOptions } from '../reliability/retry-policy.js';
import type { HandlerCompiler } from './compile-handlers.js';
import { queueOf } from '../queue/command-queue.js';
import type { DurableHandler } from '../queue/subscribed-handler.js';
import type { EventHandlerRegistration, RequestHandlerRegistration } from '../handlers/registration.js';
import { InheritedRoutes } from '../handlers/inherited-routes.js';
import type { CompiledHandler, EventRoute, EventSubscriber, RequestRoute } from '../handlers/routes.js';
import type { Wiring } from './wiring.js';

/** How many messages a durable subscription works on at a time unless its handler says otherwise. */
export const DEFAULT_CONCURRENCY = 16;

/** Everything a node does, compiled. */
export interface Routes {
  readonly requests: ReadonlyMap<MessageConstructor, RequestRoute>;
  readonly events: readonly EventRoute[];
  readonly durable: readonly DurableHandler[];
}

/** Compiles what was checked. */
export async function compileRoutes(
  wiring: Wiring,
  compiler: HandlerCompiler,
  options: ResolvedCatgaOptions,
  shortWayTo: (type: MessageType, handler: CompiledHandler) => RequestRoute['direct'],
): Promise<Routes> {
  const requests =
    options.inheritance === 'none'
      ? new Map<MessageConstructor, RequestRoute>()
      : new InheritedRoutes<RequestRoute>();
  const durable: DurableHandler[] = [];
  for (const [type, registration] of wiring.requests) {
    const compiled = await compiler.compile(type, registration);
    const called = compiler.traced(compiled);
    const timeoutMs = type.timeoutMs ?? options.request.timeoutMs;
    const takesShortcut =
      compiled.transaction === undefined &&
      timeoutMs === undefined &&
      type.qos < 2 &&
      (options.routing === 'local-first' || type.isLocal);
    const route = {
      ...called,
      direct: takesShortcut ? shortWayTo(type, called) : undefined,
      type,
      timeoutMs,
    };
    requests.set(type.target, route);
    if (type.kind === 'command' && !type.isLocal && options.engine.capabilities.queues)
      durable.push(
        commandQueue(type, registration, compiler.traced(compiler.limited(compiled, timeoutMs)), options),
      );
  }

  const events: EventRoute[] = [];
  const reliable = new Map<EventHandlerRegistration, Map<MessageType, CompiledHandler>>();
  for (const [type, registrations] of wiring.events) {
    const subscribers: EventSubscriber[] = [];
    for (const registration of registrations) {
      const limited = compiler.limited(await compiler.compile(type, registration), type.timeoutMs);
      const compiled = compiler.traced(limited);
      subscribers.push({ ...compiled, type, options: registration.options });
      if (type.qos === 0) continue;
      const types = reliable.get(registration) ?? new Map<MessageType, CompiledHandler>();
      reliable.set(registration, types.set(type, compiled));
    }
    events.push({ type, subscribers });
  }
  for (const [registration, handlers] of reliable)
    durable.push(eventSubscription(registration, handlers, options));
  return { requests, events, durable };
}

function commandQueue(
  type: MessageType,
  { options }: RequestHandlerRegistration,
  route: CompiledHandler,
  { retry }: ResolvedCatgaOptions,
): DurableHandler {
  return {
    id: queueOf(type.name),
    kind: 'command',
    names: [type.name],
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    handlers: new Map([[type, route]]),
    retry: retryOf(options, retry),
    holdsKeys: options.whenDead === 'hold-key',
  };
}

/** The durable subscription of a handler of reliable events. */
export function subscriptionIdOf(service: string, { name }: Pick<EventHandlerRegistration, 'name'>): string {
  return `${service}.${name}`;
}

function eventSubscription(
  registration: EventHandlerRegistration,
  handlers: ReadonlyMap<MessageType, CompiledHandler>,
  { service, retry }: ResolvedCatgaOptions,
): DurableHandler {
  const { concurrency, startFrom, whenDead } = registration.options;
  return {
    id: subscriptionIdOf(service, registration),
    kind: 'event',
    names: [...handlers.keys()].map(({ name }) => name),
    startFrom: startFrom ?? 'new',
    concurrency: concurrency ?? DEFAULT_CONCURRENCY,
    handlers,
    retry: retryOf(registration.options, retry),
    holdsKeys: whenDead === 'hold-key',
  };
}

/** What a handler says, and of the rest what the module says. */
function retryOf({ maxAttempts, backoff = {} }: RequestHandlerOptions, module: RetryOptions): RetryOptions {
  const { initialDelayMs, maxDelayMs, multiplier, jitter } = backoff;
  return {
    maxAttempts: maxAttempts ?? module.maxAttempts,
    initialDelayMs: initialDelayMs ?? module.initialDelayMs,
    maxDelayMs: maxDelayMs ?? module.maxDelayMs,
    multiplier: multiplier ?? module.multiplier,
    jitter: jitter ?? module.jitter,
  };
}
