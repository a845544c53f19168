import type { MessageType } from '../contracts/message-type.js';
import { jsonSchemaOf } from '../admin/json-schema-of.js';
import type {
  HandlerContract,
  MessageContract,
  ServiceContracts,
  SubscriptionContract,
} from '../admin/service-contracts.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import { wireNameOf } from '../wire/declared-errors.js';
import { queueOf } from '../queue/command-queue.js';
import { DEFAULT_CONCURRENCY, subscriptionIdOf } from './wire-routes.js';
import type { EventHandlerRegistration, RequestHandlerRegistration } from '../handlers/registration.js';
import type { Wiring } from './wiring.js';

/** What was registered, as data. */
export function contractsOf({ requests, events }: Wiring, options: ResolvedCatgaOptions): ServiceContracts {
  const { service, engine, serializer, request } = options;
  const messages = [
    ...Array.from(remoteAmong(requests), ([type, registration]) => ({
      ...messageOf(type, type.timeoutMs ?? request.timeoutMs),
      handlers: [requestHandler(type, registration, options)],
    })),
    ...Array.from(remoteAmong(events), ([type, registrations]) => ({
      ...messageOf(type, type.timeoutMs),
      handlers: registrations.map((registration) => eventHandler(type, registration, options)),
    })),
  ];
  return {
    service,
    engine: engine.name,
    serializer: serializer.name,
    messages: messages.sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** Without messages that stay in the process: they have no contract with anybody. */
function remoteAmong<V>(messages: ReadonlyMap<MessageType, V>): readonly (readonly [MessageType, V])[] {
  return [...messages].filter(([{ isLocal }]) => !isLocal);
}

function messageOf(
  { name, kind, qos, schema, errors, keyOf }: MessageType,
  timeoutMs: number | undefined,
): Omit<MessageContract, 'handlers'> {
  return {
    name,
    kind,
    qos,
    isKeyed: keyOf !== undefined,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(schema !== undefined && jsonSchemaOf(schema)),
    errors: errors.map(wireNameOf),
  };
}

function requestHandler(
  { name, kind }: MessageType,
  registration: RequestHandlerRegistration,
  options: ResolvedCatgaOptions,
): HandlerContract {
  const isQueued = kind === 'command' && options.engine.capabilities.queues;
  return {
    name: registration.name,
    ...(isQueued && { subscription: subscriptionOf(queueOf(name), registration, options) }),
  };
}

function eventHandler(
  { qos }: MessageType,
  registration: EventHandlerRegistration,
  options: ResolvedCatgaOptions,
): HandlerContract {
  const id = subscriptionIdOf(options.service, registration);
  return {
    name: registration.name,
    scope: registration.options.scope ?? 'service',
    ...(qos > 0 && { subscription: subscriptionOf(id, registration, options) }),
  };
}

function subscriptionOf(
  id: string,
  { options: { concurrency, maxAttempts } }: RequestHandlerRegistration | EventHandlerRegistration,
  { retry }: ResolvedCatgaOptions,
): SubscriptionContract {
  return {
    id,
    concurrency: concurrency ?? DEFAULT_CONCURRENCY,
    maxAttempts: maxAttempts ?? retry.maxAttempts,
  };
}
