import type { MessageConstructor } from '@catga/nestjs';

/**
 * Options of a kind of streams.
 *
 * @publicApi
 */
export interface EventStreamOptions {
  /**
   * Name of the kind: the stream of an id is `name/id`. Streams are found by it, so keep it when the class is renamed. Without `/`.
   */
  readonly name: string;
  /**
   * Snapshots of the state, for long streams: a state is then made of the latest one and the events after it. The fields of the state are
   * stored by the serializer of the node; `#private` ones are not.
   * @defaultValue none: a state is made of all events
   */
  readonly snapshot?: SnapshotOptions;
}

/**
 * Options of snapshots.
 *
 * @publicApi
 */
export interface SnapshotOptions {
  /** A snapshot is taken when this many events have to be read without one. */
  readonly every: number;
  /** Version of the state, a whole number from 1. Change it with every change of the class that old snapshots do not fit: they are ignored then. */
  readonly version: number;
}

/** Class of the state of a stream. Created without arguments. */
export type EventStreamClass<S extends object = object> = new () => S;

/** A method that takes events of a class. */
export interface Evolver {
  readonly event: MessageConstructor;
  readonly method: string | symbol;
  /** Whether it is a method of the class, which no instance has. */
  readonly isStatic: boolean;
}

/** A method that makes the next version of an event's fields. */
export interface Upcaster {
  readonly event: MessageConstructor;
  readonly from: number;
  readonly method: string | symbol;
  readonly isStatic: boolean;
}

const STREAM = 'catga:event-stream';
const UPCASTERS = 'catga:upcasters';
const EVOLVERS = 'catga:evolvers';

/**
 * Class decorator: the state of a stream of events. What happened is stored; the state is made of it, by methods with
 * {@link Evolve}, whenever a command is to be decided. The class is no provider: an instance is created for each decision.
 *
 * @example `@EventStream({ name: 'bank.account' })`
 * @publicApi
 */
export function EventStream(options: EventStreamOptions): (target: EventStreamClass) => void {
  return (target) => Reflect.defineMetadata(STREAM, Object.freeze({ ...options }), target);
}

/**
 * Method decorator: changes the state by an event that has happened. It has no other effect, and refuses nothing. Every event that is
 * decided for a stream has such a method in its class.
 *
 * @example `@Evolve(Deposited) on(event: Deposited) { this.balance += event.amount; }`
 * @publicApi
 */
export function Evolve<E extends object>(
  event: MessageConstructor<E>,
): (target: object, method: string | symbol, descriptor: { readonly value?: (event: E) => void }) => void {
  return (target, method) => add<Evolver>(EVOLVERS, target, { event, method });
}

/**
 * Method decorator: makes the fields of an event's next version of those that were stored as version `from`. Events are stored with
 * version 1 until there is an upcaster from it, then with 2, and so on; stored events are not changed. The method uses no state.
 *
 * @example `@Upcast(Deposited, 1) inCents({ euros }: { euros: number }) { return { cents: euros * 100 }; }`
 * @publicApi
 */
export function Upcast<E extends object>(
  event: MessageConstructor<E>,
  from: number,
): (
  target: object,
  method: string | symbol,
  descriptor: { readonly value?: (old: never) => object },
) => void {
  return (target, method) => add<Upcaster>(UPCASTERS, target, { event, from, method });
}

/** Options of `@EventStream` on this class itself. */
export function streamOptionsOf(target: object): EventStreamOptions | undefined {
  return Reflect.getOwnMetadata(STREAM, target) as EventStreamOptions | undefined;
}

/** Methods with `@Evolve`, those of base classes first. */
export function evolversOf(target: object): readonly Evolver[] {
  return all<Evolver>(EVOLVERS, target);
}

/** Methods with `@Upcast`, those of base classes first. */
export function upcastersOf(target: object): readonly Upcaster[] {
  return all<Upcaster>(UPCASTERS, target);
}

function add<T extends { readonly isStatic: boolean }>(
  key: string,
  target: object,
  declared: Omit<T, 'isStatic'>,
): void {
  const isStatic = typeof target === 'function';
  const owner = isStatic ? target : target.constructor;
  Reflect.defineMetadata(key, [...own<T>(key, owner), { ...declared, isStatic }], owner);
}

function own<T>(key: string, target: object): readonly T[] {
  return (Reflect.getOwnMetadata(key, target) as readonly T[] | undefined) ?? [];
}

function all<T>(key: string, target: object): readonly T[] {
  const base: unknown = Object.getPrototypeOf(target);
  const inherited = typeof base === 'function' && base !== Function.prototype ? all<T>(key, base) : [];
  return [...inherited, ...own<T>(key, target)];
}
