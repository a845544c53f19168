import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CatgaNode } from '@catga/core';
import type { FoundHandler } from './found-handler.js';
import type { Invocation } from './handler-invoker.js';
import { declarationsOf } from './handler-declarations.js';
import type { Class, Declarations } from './handler-declarations.js';

type Method = (...args: never[]) => unknown;

const NOTHING: Declarations = { handlers: [], problems: [] };

/** Decorated classes and methods among providers and controllers. */
export interface FoundHandlers {
  readonly handlers: readonly FoundHandler[];
  /** Problems of decorated classes. */
  readonly problems: readonly string[];
}

/** Finds decorated classes and methods. Providers need no instances yet. */
export function findHandlers(wrappers: readonly InstanceWrapper<object>[]): FoundHandlers {
  const handlers: FoundHandler[] = [];
  const problems: string[] = [];
  const nodes = wrappers.filter(({ token }) => token === CatgaNode).length;
  if (nodes > 1) {
    problems.push(
      `CatgaModule.forRoot() is imported ${nodes} times, each time with a separate node: import it once, in the root ` +
        'module; other modules can inject its exports.',
    );
  }
  const isProvided = providedAmong(wrappers);
  for (const wrapper of wrappers) {
    // An alias (`useExisting`) has the instance of another provider.
    if (wrapper.isAlias) continue;
    const { target, declarations } = decorated(wrapper, isProvided);
    const location = wrapper.host?.name ?? 'unknown module';
    problems.push(...declarations.problems.map((problem) => `${target.name} (${location}) ${problem}`));
    for (const { method, metadata, name } of declarations.handlers) {
      const callback = methodOf(wrapper, target, method) as Method | undefined;
      if (typeof callback === 'function')
        handlers.push({ wrapper, target, method, callback, metadata, name, location });
      else
        problems.push(
          `${target.name} (${location}) is decorated as a handler but has no method '${String(method)}': add it, or decorate the method that handles the message.`,
        );
    }
  }
  return { handlers, problems };
}

/** Registers a found handler with the node. */
export function registerHandler(
  node: CatgaNode,
  { metadata, name, location }: Pick<FoundHandler, 'metadata' | 'name' | 'location'>,
  { handler, ...invocation }: Pick<Invocation, 'handler'> & Partial<Invocation>,
): void {
  const details = { name, location, ...invocation };
  if (metadata.kind === 'request')
    node.handleRequest(metadata.message, handler, { ...metadata.options, ...details });
  else {
    node.handleEvent(metadata.messages, handler, {
      ...details,
      ...metadata.options,
      name: metadata.options.name ?? name,
    });
  }
}

/** The class whose decorators are read. */
function decorated(
  wrapper: InstanceWrapper<object>,
  isProvided: (base: object) => boolean,
): { readonly target: Class; readonly declarations: Declarations } {
  for (const target of classesOf(wrapper)) {
    const declarations = declarationsOf(target, isProvided);
    if (declarations.handlers.length + declarations.problems.length > 0) return { target, declarations };
  }
  return { target: Object, declarations: NOTHING };
}

/**
 * Classes whose decorators may apply: that of the instance, or else the provider's class or token, so that a handler overridden with a
 * plain object in a test is still found.
 */
export function classesOf({ instance, metatype, token, inject }: InstanceWrapper<object>): readonly Class[] {
  const candidates: unknown[] = [instance?.constructor, inject ? undefined : metatype, token];
  return candidates.filter(
    (target): target is Class => typeof target === 'function' && typeof target.prototype === 'object',
  );
}

/** Whether a class is a provider's class or token. */
function providedAmong(wrappers: readonly InstanceWrapper[]): (base: object) => boolean {
  const classes = new Set<unknown>(wrappers.flatMap(({ token, metatype }) => [token, metatype]));
  return (base) => classes.has(base);
}

/** A method of the instance, which a test may have replaced, or of the class if there is no instance yet. */
function methodOf({ instance }: InstanceWrapper<object>, target: Class, method: string | symbol): unknown {
  const host = (instance as object | undefined) ?? (target.prototype as object);
  return (host as Record<string | symbol, unknown>)[method];
}
