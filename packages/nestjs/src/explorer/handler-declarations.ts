import { readDeclared } from '../decorators/handler-metadata.js';
import type { HandlerMetadata } from '../decorators/handler-metadata.js';

/** A class with possible handlers. */
export type Class = abstract new (...args: never[]) => object;

/** Metadata of a decorator, with its method. */
export interface Declaration {
  readonly method: string | symbol;
  readonly metadata: HandlerMetadata;
  /** `Class` or `Class.method`. */
  readonly name: string;
}

/** Handler declarations of a class, inherited ones included. */
export interface Declarations {
  readonly handlers: readonly Declaration[];
  /** Problems of wrong uses. */
  readonly problems: readonly string[];
}

/**
 * Reads the decorators of a class and its base classes. A decorator of a subclass replaces that of its base on the same
 * method or class; a method overridden without a decorator is called instead of the base's.
 * @param isProvided whether a class is a provider itself: then its class decorator is not inherited, because its messages
 * would be handled twice
 */
export function declarationsOf(target: Class, isProvided: (base: object) => boolean): Declarations {
  const lineage = lineageOf(target);
  const speaker = lineage.find(
    (base) =>
      readDeclared(base).some(({ kind }) => kind !== 'wrong') && (base === target || !isProvided(base)),
  );
  const handlers: Declaration[] = [];
  const problems: string[] = lineage.flatMap((base) =>
    readDeclared(base).flatMap((declared) => (declared.kind === 'wrong' ? [declared.problem] : [])),
  );
  for (const declared of readDeclared(speaker))
    if (declared.kind !== 'wrong') handlers.push({ method: 'handle', metadata: declared, name: target.name });
  const known = new Set<string | symbol>();
  for (const { prototype } of lineage) {
    for (const method of Reflect.ownKeys(prototype as object)) {
      // Accessors are not read: they may have side effects.
      const value: unknown = Object.getOwnPropertyDescriptor(prototype, method)?.value;
      const declared = method === 'constructor' || known.has(method) ? [] : readDeclared(value);
      if (declared.length > 0) known.add(method);
      const text = typeof method === 'symbol' ? (method.description ?? 'symbol') : method;
      for (const one of declared) {
        if (one.kind === 'wrong') problems.push(`${one.problem} (method ${text})`);
        else handlers.push({ method, metadata: one, name: `${target.name}.${text}` });
      }
    }
  }
  return { handlers, problems };
}

/** The class and its base classes, itself first. */
function lineageOf(target: Class): readonly Class[] {
  const lineage: Class[] = [];
  let base: unknown = target;
  while (typeof base === 'function' && base !== Function.prototype && typeof base.prototype === 'object') {
    lineage.push(base as unknown as Class);
    base = Object.getPrototypeOf(base);
  }
  return lineage;
}
