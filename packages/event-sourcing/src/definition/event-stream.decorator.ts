import type { MessageConstructor } from '@catga/nestjs';

/**
 * Options of a kind of streams.
 *
 * @publicApi
 */
export interface EventStreamOptions {
  /** Name of the kind, without `/`: a stream is named `name/id`. Keep it when the class is renamed. */
  readonly name: string;
  /**
   * Snapshots of the state, for long streams: the state is loaded from the latest snapshot and the events after it. The serializer of the
   * node encodes the fields; `#private` fields are not stored.
   * @defaultValue no snapshots: a state is loaded from all events
   */
  readonly snapshot?: SnapshotOptions;
}

/**
 * Options of snapshots.
 *
 * @publicApi
 */
export interface SnapshotOptions {
  /** Number of events read without a snapshot after which one is taken. */
  readonly every: number;
  /** Version of the state, a whole number from 1. Raise it with each incompatible change of the class: older snapshots are then ignored. */
  readonly version: number;
}

/** Class of the state of a stream. Created without arguments. */
export type EventStreamClass<S extends object = object> = new () => S;

/** Method that applies events of a class. */
export interface Evolver {
  readonly event: MessageConstructor;
  readonly method: string | symbol;
  /** Whether the method is static, which is refused. */
  readonly isStatic: boolean;
}

/** Method that upgrades an event's fields by one version. */
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
 * Class decorator: the state of a stream of events. The events are stored; methods with {@link Evolve} rebuild the state from them for each
 * decision. The class is not a provider: an instance is created for each decision.
 *
 * @example `@EventStream({ name: 'bank.account' })`
 * @publicApi
 */
export function EventStream(options: EventStreamOptions): (target: EventStreamClass) => void {
  return (target) => Reflect.defineMetadata(STREAM, Object.freeze({ ...options }), target);
}

/**
 * Method decorator: applies an event to the state. It must have no other effect and must not reject the event. Required for each event of
 * the stream.
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
 * Method decorator: upcasts an event's fields from version `from` to the next. Without upcasters events are stored with version 1, with an
 * upcaster from 1 as version 2, and so on; stored events are not changed. The method must not use the state.
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
