import { JsonSchemaPlace } from './json-schema-place.js';
import type { HandlerContract, MessageContract, ServiceContracts } from './service-contracts.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * A document of AsyncAPI 3.1. What AsyncAPI has no field for is in `x-catga-…`: `kind` and `qos` of messages, `keyed`, `timeout-ms`
 * and `errors`; `handler`, `scope` and `subscription` of operations; `service`, `engine` and `serializer` of the whole.
 *
 * @publicApi
 */
export interface AsyncApiDocument extends Json {
  readonly asyncapi: '3.1.0';
  readonly info: Json;
  /** Channels by message, with the wire name as address. */
  readonly channels: Readonly<Record<string, Json>>;
  /** Operations by handler and message; all are `receive`. */
  readonly operations: Readonly<Record<string, Json>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Json>>;
    readonly schemas: Readonly<Record<string, Json>>;
  };
}

/** Information about a service that is not in its code. */
export interface AsyncApiInfo {
  /** Version of the service. */
  readonly version: string;
  /** @defaultValue name of the service */
  readonly title?: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  msgpack: 'application/vnd.msgpack',
};

/**
 * AsyncAPI 3.1 document of what a service handles: a channel for each message, an operation for each handler. Sent messages are not
 * included, because the code does not declare them.
 *
 * @publicApi
 */
export function asyncApiOf(contracts: ServiceContracts, { version, title }: AsyncApiInfo): AsyncApiDocument {
  const { service, serializer } = contracts;
  const messageKeys = new Keys();
  const operationKeys = new Keys();
  const channels: Record<string, Json> = {};
  const operations: Record<string, Json> = {};
  const messages: Record<string, Json> = {};
  const schemas: Record<string, Json> = {};
  for (const contract of contracts.messages) {
    const key = messageKeys.of(contract.name);
    const place = new JsonSchemaPlace(`#/components/schemas/${key}`);
    if (contract.schema !== undefined) schemas[key] = place.settle(contract.schema);
    messages[key] = messageOf(contract, contract.schema === undefined ? undefined : place.pointer);
    channels[key] = { address: contract.name, messages: { [key]: ref(`#/components/messages/${key}`) } };
    for (const handler of contract.handlers)
      operations[operationKeys.of(`${handler.name}.${contract.name}`)] = operationOf(key, contract, handler);
  }
  return {
    asyncapi: '3.1.0',
    info: { title: title ?? service, version },
    defaultContentType: CONTENT_TYPES[serializer] ?? 'application/octet-stream',
    channels,
    operations,
    components: { messages, schemas },
    'x-catga-service': service,
    'x-catga-engine': contracts.engine,
    'x-catga-serializer': serializer,
  };
}

function messageOf(
  { name, kind, qos, isKeyed, timeoutMs, errors, schemaProblem }: MessageContract,
  payload: string | undefined,
): Json {
  return {
    name,
    ...(payload !== undefined && { payload: ref(payload) }),
    'x-catga-kind': kind,
    'x-catga-qos': qos,
    'x-catga-keyed': isKeyed,
    ...(timeoutMs !== undefined && { 'x-catga-timeout-ms': timeoutMs }),
    ...(errors.length > 0 && { 'x-catga-errors': errors }),
    ...(schemaProblem !== undefined && { 'x-catga-schema-problem': schemaProblem }),
  };
}

function operationOf(key: string, { kind }: MessageContract, handler: HandlerContract): Json {
  const { name, scope, subscription } = handler;
  return {
    action: 'receive',
    channel: ref(`#/channels/${key}`),
    messages: [ref(`#/channels/${key}/messages/${key}`)],
    // The reply has no fixed address, and types of results do not exist at run time.
    ...(kind !== 'event' && { reply: {} }),
    'x-catga-handler': name,
    ...(scope !== undefined && { 'x-catga-scope': scope }),
    ...(subscription !== undefined && { 'x-catga-subscription': subscription }),
  };
}

function ref(pointer: string): Json {
  return { $ref: pointer };
}

/** Keys of components: letters, digits, dots, hyphens and underscores. */
class Keys {
  private readonly taken = new Set<string>();

  of(name: string): string {
    const plain = name.replaceAll(/[^\w.-]/g, '_');
    let key = plain;
    for (let number = 2; this.taken.has(key); number++) key = `${plain}_${number}`;
    this.taken.add(key);
    return key;
  }
}
