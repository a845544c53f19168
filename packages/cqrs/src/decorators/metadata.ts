import { randomUUID } from 'node:crypto';
import type { MessageConstructor } from '@catga/core';
import { REQUEST_KIND } from '@catga/core/engine';

/** Metadata keys of `@nestjs/cqrs`, which tools read. */
export const COMMAND_METADATA = '__command__';
export const COMMAND_HANDLER_METADATA = '__commandHandler__';
export const QUERY_METADATA = '__query__';
export const QUERY_HANDLER_METADATA = '__queryHandler__';
export const EVENT_METADATA = '__event__';
export const EVENTS_HANDLER_METADATA = '__eventsHandler__';
export const SAGA_METADATA = '__saga__';
/** Options of a handler for its node. */
export const NODE_OPTIONS_METADATA = 'catga:cqrs-options';

/** Assigns an id to a message class, once. */
export function identify(key: string, message: unknown): void {
  if (isTarget(message) && !Reflect.hasOwnMetadata(key, message))
    Reflect.defineMetadata(key, { id: randomUUID() }, message);
}

/** Id of a message class, or of its nearest base class that has one. */
export function idOf(key: string, message: unknown): string | undefined {
  if (!isTarget(message)) return undefined;
  const metadata: unknown = Reflect.getMetadata(key, message);
  return (metadata as { readonly id?: string } | undefined)?.id;
}

/** Marks a plain class as a command or a query for the node, unless it declares its kind itself. */
export function markRequest(message: unknown, kind: 'command' | 'query'): void {
  if (!isClass(message)) return;
  const { prototype } = message as { readonly prototype: { readonly [REQUEST_KIND]?: unknown } };
  if (prototype[REQUEST_KIND] === undefined) Object.defineProperty(prototype, REQUEST_KIND, { value: kind });
}

/** Whether a value is a class. */
export function isClass(value: unknown): value is MessageConstructor {
  if (typeof value !== 'function') return false;
  const { prototype } = value as { readonly prototype?: unknown };
  return typeof prototype === 'object' && prototype !== null;
}

/** Whether a value can have metadata. */
export function isTarget(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
