import type { EventHandlerOptions, MessageConstructor, RequestHandlerOptions } from '@catga/core';

/** Metadata of a handler class or method. */
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

/** Metadata stored by a decorator: a handler, or the problem of a wrong use. */
export type Declared = HandlerMetadata | { readonly kind: 'wrong'; readonly problem: string };

const DECLARED = 'catga:handler';

/** Target of a decorator: a class, or a static or instance member. */
export interface Decorated {
  readonly target: object;
  readonly member: string | symbol | undefined;
  readonly descriptor: { readonly value?: unknown } | undefined;
}

/**
 * Stores metadata on a class (for its `handle`) or on a method. On other targets it stores a problem, which is reported
 * with all others when the application starts; an exception would hide the others.
 */
export function declareHandler(decorator: string, decorated: Decorated, declared: Declared): void {
  const { target, member, descriptor } = decorated;
  if (member === undefined) return add(target, declared);
  const name = String(member);
  if (typeof target === 'function') {
    const problem = `uses ${decorator} on the static method ${name}, which has no instance: make it a method of the instance.`;
    return add(target, { kind: 'wrong', problem });
  }
  if (typeof descriptor?.value === 'function') return add(descriptor.value, declared);
  const problem = `uses ${decorator} on ${name}, which is not a method: make it one.`;
  add(target.constructor, { kind: 'wrong', problem });
}

/** Own metadata of this class or method. */
export function readDeclared(target: unknown): readonly Declared[] {
  if (typeof target !== 'function') return [];
  const declared: unknown = Reflect.getOwnMetadata(DECLARED, target);
  return (declared as readonly Declared[] | undefined) ?? [];
}

function add(target: object, declared: Declared): void {
  Reflect.defineMetadata(DECLARED, [...readDeclared(target), declared], target);
}

/** Whether a value can be a message class. */
export function isClass(value: unknown): value is MessageConstructor {
  if (typeof value !== 'function' || value === Object) return false;
  const { prototype } = value as { readonly prototype?: unknown };
  return typeof prototype === 'object' && prototype !== null;
}

/** Why a value cannot be a message class. */
export function notAClass(value: unknown): string {
  if (value === undefined)
    return (
      'undefined: a circular import? Import the message from the file that declares it, and let that file import no ' +
      'handler.'
    );
  if (value === Object) return 'Object, which is not a message class.';
  if (typeof value === 'function') return 'a function that is not a class.';
  return `${value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`}: name the class itself.`;
}
