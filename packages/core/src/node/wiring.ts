import type { MessageConstructor } from '../contracts/message.js';
import type { MessageType } from '../contracts/message-type.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { issuesOfEventHandler, issuesOfRequestHandler } from '../options/handler-options.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import type { Outbox } from '../ports/outbox-store.js';
import { basesOf } from '../handlers/inherited-routes.js';
import { isInTransaction } from '../handlers/registration.js';
import type { MessageRegistry } from '../handlers/message-registry.js';
import type {
  EventHandlerRegistration,
  HandlerRegistration,
  RequestHandlerRegistration,
} from '../handlers/registration.js';

/** Everything that was registered, checked. */
export interface Wiring {
  readonly requests: ReadonlyMap<MessageType, RequestHandlerRegistration>;
  readonly events: ReadonlyMap<MessageType, readonly EventHandlerRegistration[]>;
}

/**
 * Checks what was registered against itself and against the engine. `CATGA_CONFIGURATION` lists every problem, with
 * the classes and the fix.
 */
export function checkWiring(
  registry: MessageRegistry,
  {
    engine,
    outbox,
    role,
    inheritance,
  }: Pick<ResolvedCatgaOptions, 'engine' | 'outbox' | 'role' | 'inheritance'>,
  requests: readonly RequestHandlerRegistration[],
  events: readonly EventHandlerRegistration[],
  known: readonly string[],
): Wiring {
  const problems = [...known];
  if (role === 'tool' && requests.length + events.length > 0)
    problems.push("A node with role: 'tool' gets no messages: register no handlers there.");
  const attempt = <T>(run: () => T): T | undefined => {
    try {
      return run();
    } catch (thrown) {
      problems.push(toError(thrown).message);
      return undefined;
    }
  };
  const typeOf = (message: MessageConstructor): MessageType | undefined => {
    const type = attempt(() => registry.typeOf(message));
    if (type === undefined) return undefined;
    const supported = type.kind === 'event' ? engine.capabilities.events : engine.capabilities.requests;
    if (!supported.includes(type.qos)) {
      problems.push(
        `${type.name} requires QoS ${type.qos}, which the engine '${engine.name}' does not support for ` +
          `${type.kind === 'event' ? 'events' : 'requests'}: lower its qos or choose another engine.`,
      );
    }
    return type;
  };

  const checkTransaction = (
    registration: RequestHandlerRegistration | EventHandlerRegistration,
    type: MessageType,
  ): void => {
    const { transaction } = registration.options;
    if (!isInTransaction(registration.options)) return;
    const problem = problemOfTransaction(outbox, transaction, type);
    if (problem !== undefined)
      problems.push(`${describe(registration)} has the option transaction, but ${problem}`);
  };

  const requestHandlers = new Map<MessageType, RequestHandlerRegistration>();
  for (const registration of requests) {
    const type = typeOf(registration.message);
    if (type === undefined) continue;
    for (const { path, message } of issuesOfRequestHandler(registration.options)) {
      problems.push(`${describe(registration)} has wrong options: ${path}: ${message}`);
    }
    const first = requestHandlers.get(type);
    checkTransaction(registration, type);
    const { transaction: _transaction, ...queued } = registration.options;
    if (type.kind === 'query' && Object.keys(queued).length > 0) {
      problems.push(
        `${describe(registration)} has options for queued commands, but ${type.name} is a query, and queries cannot be queued: ` +
          'leave them out.',
      );
    }
    if (type.kind === 'event') {
      problems.push(
        `${describe(registration)} handles the event ${type.name}: use @EventHandler for events.`,
      );
    } else if (first !== undefined) {
      problems.push(
        `${type.name} has two handlers, ${describe(first)} and ${describe(registration)}: ` +
          'a request has exactly one; remove one of them, or provide it in one module only.',
      );
    } else if (type.cache !== undefined && registration.dependsOnCaller === true) {
      problems.push(
        `${type.name} is cached, but ${describe(registration)} has guards, interceptors (its own or global ones) or a request scope, which a ` +
          'cached result would bypass: remove @Message({ cache }) or those enhancers.',
      );
    } else requestHandlers.set(type, registration);
  }

  const eventHandlers = new Map<MessageType, EventHandlerRegistration[]>();
  const names = new Map<string, HandlerRegistration>();
  const subscribe = (registration: EventHandlerRegistration, type: MessageType): void => {
    const others = eventHandlers.get(type) ?? [];
    if (others.includes(registration)) return;
    if (type.qos > 0 && registration.options.scope === 'node') {
      problems.push(
        `${describe(registration)} subscribes the reliable event ${type.name} with scope 'node': a durable ` +
          "subscription belongs to a service; use scope 'service' or a plain event.",
      );
      return;
    }
    checkTransaction(registration, type);
    eventHandlers.set(type, [...others, registration]);
  };
  for (const registration of events) {
    const namesake = names.get(registration.name);
    if (namesake !== undefined) {
      problems.push(
        `Two event handlers are named '${registration.name}', ${describe(namesake)} and ${describe(registration)}: ` +
          'give one @EventHandler(…, { name }), or provide it in one module only.',
      );
    }
    names.set(registration.name, registration);
    for (const { path, message } of issuesOfEventHandler(registration.options)) {
      problems.push(`${describe(registration)} has wrong options: ${path}: ${message}`);
    }
    for (const message of new Set(registration.messages)) {
      const type = typeOf(message);
      if (type === undefined) continue;
      if (type.kind !== 'event') {
        problems.push(
          `${describe(registration)} handles the ${type.kind} ${type.name}: use @RequestHandler for it.`,
        );
      } else subscribe(registration, type);
    }
  }
  if (inheritance === 'all') {
    const own = [...eventHandlers];
    for (const [type] of own) {
      const bases = new Set(basesOf(type.target));
      for (const [base, registrations] of own)
        if (bases.has(base.target)) for (const registration of registrations) subscribe(registration, type);
    }
  }

  if (problems.length > 0) {
    throw new CatgaError('CATGA_CONFIGURATION', `Catga cannot start:\n- ${problems.join('\n- ')}`, {
      details: { problems },
    });
  }
  return { requests: requestHandlers, events: eventHandlers };
}

/** Why a handler cannot run in a transaction. */
function problemOfTransaction(
  outbox: Outbox | undefined,
  transaction: unknown,
  { name, qos }: MessageType,
): string | undefined {
  if (outbox === undefined)
    return 'the node has no outbox: set the option outbox, for example to sqlOutbox() of @catga/sql.';
  if (outbox.capabilities.opensTransactions !== true)
    return `the outbox '${outbox.name}' opens no transactions: use one that does, such as sqlOutbox() of @catga/sql.`;
  if (typeof transaction === 'object' && transaction !== outbox.database)
    return `it names another database than that of the outbox '${outbox.name}': one transaction cannot span two; use the outbox's.`;
  if (qos === 0)
    return `${name} has QoS 0: nothing repeats it after a failure, so a transaction promises nothing. Raise its qos, or leave the option out.`;
  return undefined;
}

function describe({ name, location }: HandlerRegistration): string {
  return location === undefined ? name : `${name} (${location})`;
}
