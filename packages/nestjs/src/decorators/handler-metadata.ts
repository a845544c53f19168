import type { EventHandlerOptions, MessageConstructor, RequestHandlerOptions } from '@catga/core';

/** What a decorator says of a handler class or method. */
export type HandlerMetadata =
  | {
      readonly kind: 'request';
      readonly message: MessageConstructor;
      readonly options: RequestHandlerOptions;
    }
  | {
      readonly kind: 'event';
      readonly messages: readonly MessageConstructor[];
      readonly options: EventHandlerOptions;
    };

const HANDLER_METADATA = 'catga:handler';

/** Writes on a class (about its `handle`) or on a method. */
export function writeHandlerMetadata(target: object, metadata: HandlerMetadata): void {
  const before = readHandlerMetadata(target);
  Reflect.defineMetadata(HANDLER_METADATA, [...before, metadata], target);
}

/** What was written on exactly this class or method; subclasses say it themselves. */
export function readHandlerMetadata(target: unknown): readonly HandlerMetadata[] {
  if (typeof target !== 'function') return [];
  const metadata: unknown = Reflect.getOwnMetadata(HANDLER_METADATA, target);
  return (metadata as readonly HandlerMetadata[] | undefined) ?? [];
}
