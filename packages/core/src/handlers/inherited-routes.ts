import { hasOwnName } from '../contracts/message.js';
import type { MessageConstructor } from '../contracts/message.js';

/**
 * Routes by class in which a class without a route has that of its nearest base class. A class with a wire name of its own
 * is a message of its own, and inherits none.
 */
export class InheritedRoutes<R> extends Map<MessageConstructor, R> {
  /** @param isInherited whether subclasses may take this route */
  constructor(private readonly isInherited: (route: R) => boolean = () => true) {
    super();
  }

  override get(target: MessageConstructor): R | undefined {
    return super.get(target) ?? this.inherited(target);
  }

  private inherited(target: MessageConstructor): R | undefined {
    if (typeof target !== 'function' || hasOwnName(target)) return undefined;
    for (const base of basesOf(target)) {
      const route = super.get(base);
      if (route !== undefined && this.isInherited(route)) return route;
    }
    return undefined;
  }
}

/** The base classes of a class, nearest first. */
export function* basesOf(target: MessageConstructor): Generator<MessageConstructor> {
  let base: unknown = Object.getPrototypeOf(target);
  while (typeof base === 'function' && base !== Function.prototype) {
    yield base as MessageConstructor;
    base = Object.getPrototypeOf(base);
  }
}
