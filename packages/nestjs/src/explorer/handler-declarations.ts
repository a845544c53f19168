import { readDeclared } from '../decorators/handler-metadata.js';
import type { HandlerMetadata } from '../decorators/handler-metadata.js';

/** A class that may have handlers. */
export type Class = abstract new (...args: never[]) => object;

/** What a decorator says, and of which method. */
export interface Declaration {
  readonly method: string | symbol;
  readonly metadata: HandlerMetadata;
  /** `Class` or `Class.method`. */
  readonly name: string;
}

/** What the decorators of a class and of the classes it extends say. */
export interface Declarations {
  readonly handlers: readonly Declaration[];
  /** What is wrong with how they are used. */
  readonly problems: readonly string[];
}

/**
 * Reads the decorators of a class and of those it extends. What a subclass says of a method, or of itself, stands in the
 * place of what its base says; a method that it overrides without a word is called in the place of the base's.
 * @param isProvided whether a class is a provider by itself: then what it says of itself is not inherited, for it would
 * be handled twice
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
      // Accessors are not read: they may do anything.
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

/** The class and those it extends, itself first. */
function lineageOf(target: Class): readonly Class[] {
  const lineage: Class[] = [];
  let base: unknown = target;
  while (typeof base === 'function' && base !== Function.prototype && typeof base.prototype === 'object') {
    lineage.push(base as unknown as Class);
    base = Object.getPrototypeOf(base);
  }
  return lineage;
}
