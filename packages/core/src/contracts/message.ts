import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CatgaError } from '../errors/catga-error.js';
import type { BehaviorOption } from './behavior.js';
import type { ErrorClass } from './error-class.js';
import type { ErrorMatch, OutcomeRules } from './error-match.js';
import type { QualityOfService } from './quality-of-service.js';

/** Cache options of a query; see {@link MessageOptions.cache}. */
export interface CacheOptions<T> {
  /** Time to live of a cached result, in milliseconds. */
  readonly ttlMs: number;
  /**
   * Cache key, a string. Any other value is `CATGA_SERIALIZATION`, as are, by
   * default, fields that cannot be compared, such as functions; `#private` fields are ignored.
   * @defaultValue the query's fields, with their types
   */
  readonly key?: (query: T) => string;
  /**
   * Maximum number of cached results; the least recently used is evicted.
   * @defaultValue 1000
   */
  readonly maxEntries?: number;
}

/**
 * Options of a message class.
 *
 * @publicApi
 */
export interface MessageOptions<T = never> {
  /**
   * Wire name, used between nodes and in stores. Set it on every message that leaves the process: minifiers rename classes.
   * @defaultValue the class name
   */
  readonly name?: string;
  /**
   * Delivery guarantee.
   * @defaultValue 0 for queries and events, 1 for commands and reliable events
   */
  readonly qos?: QualityOfService;
  /** Timeout of the caller, or of one attempt of an event handler, in milliseconds. */
  readonly timeoutMs?: number;
  /** Key for ordering and consistent hashing: the name of a field, or a function of the message. */
  readonly key?: string | ((message: T) => string | undefined);
  /** Schema that validates, and may transform, the message before its handler runs. Any Standard Schema: zod, valibot, arktype. */
  readonly schema?: StandardSchemaV1;
  /**
   * Behaviors of this message, outermost first, inside the global ones. A policy (`retry`, `circuitBreaker`,
   * `rateLimit`, `bulkhead`) replaces the module's policy of the same kind.
   */
  readonly behaviors?: readonly BehaviorOption[];
  /**
   * Error classes that callers catch by `instanceof`: errors from other nodes and from recorded outcomes become instances
   * of their class, with their own data properties, without running the constructor.
   * The wire name of a class is its own static `wireName`, or else the class name; set one where classes are minified.
   * `#private` fields are not sent. An error of a subclass becomes an instance of the declared class.
   * @defaultValue none: an error keeps its name, message and code only
   */
  readonly errors?: readonly ErrorClass[];
  /** Result cache; queries only. */
  readonly cache?: CacheOptions<T>;
  /**
   * Errors of the handler that are recorded as outcomes and replayed to a repeat; requests only.
   * @defaultValue `outcomes` of the module
   */
  readonly outcomes?: OutcomeRules;
  /**
   * Errors that dead-letter a queued command or a reliable event at the first attempt.
   * @defaultValue `deadLetterOn` of the module
   */
  readonly deadLetterOn?: readonly ErrorMatch[];
}

/** Metadata of decorators, stored on the class itself, so that applications share nothing. */
export interface MessageMetadata {
  readonly options: MessageOptions<never>;
  /** Set by `@ReliableEvent`. */
  readonly reliableQos?: 1 | 2;
}

const METADATA: unique symbol = Symbol.for('catga.message');

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- any class may be a message
type MessageClass = Function;

/** Whether a class has a wire name of its own. */
export function hasOwnName(target: MessageClass): boolean {
  return readOwn(target).options.name !== undefined;
}

/** Class of messages `T`, abstract or not, with any constructor. */
export type MessageConstructor<T extends object = object> = abstract new (...fields: never[]) => T;

/** Metadata of a class and its base classes; the name is not inherited. */
export function readMessageMetadata(target: MessageClass): MessageMetadata {
  const own = readOwn(target);
  const parent: unknown = Object.getPrototypeOf(target);
  if (typeof parent !== 'function' || parent === Function.prototype) return own;
  const { name: _inheritedName, ...inherited } = readMessageMetadata(parent).options;
  const reliableQos = own.reliableQos ?? readMessageMetadata(parent).reliableQos;
  return { options: { ...inherited, ...own.options }, ...(reliableQos && { reliableQos }) };
}

function readOwn(target: MessageClass): MessageMetadata {
  const own: unknown = Object.getOwnPropertyDescriptor(target, METADATA)?.value;
  return (own as MessageMetadata | undefined) ?? { options: {} };
}

/** Merges metadata into that of a class. */
export function writeMessageMetadata(target: MessageClass, added: Partial<MessageMetadata>): void {
  const own = readOwn(target);
  const value = Object.freeze({ ...own, ...added, options: { ...own.options, ...added.options } });
  Object.defineProperty(target, METADATA, { value, configurable: true });
}

/**
 * Class decorator: sets the options of a message.
 *
 * @example `@Message({ name: 'orders.shipped.v1', key: 'orderId' })`
 * @publicApi
 */
export function Message<T extends object>(
  options: MessageOptions<T>,
): (target: MessageConstructor<T>) => void {
  return (target: unknown, member?: string | symbol) =>
    writeMessageMetadata(messageClassOf('@Message', target, member), { options });
}

/**
 * Class decorator: the engine stores the event before `publish` resolves, and redelivers it to each handler until
 * it succeeds (QoS 1). At QoS 2 a handler whose success was recorded does not run again.
 *
 * @publicApi
 */
export function ReliableEvent(options: { readonly qos?: 1 | 2 } = {}): (target: MessageConstructor) => void {
  if (typeof options === 'function')
    throw misused('@ReliableEvent', 'needs its parentheses: @ReliableEvent()');
  return (target: unknown, member?: string | symbol) =>
    writeMessageMetadata(messageClassOf('@ReliableEvent', target, member), {
      reliableQos: options.qos ?? 1,
    });
}

/** Class of a decorator. `CATGA_CONFIGURATION` for other targets, on which it would have no effect. */
function messageClassOf(
  decorator: string,
  target: unknown,
  member: string | symbol | undefined,
): MessageClass {
  if (typeof target === 'function' && member === undefined) return target;
  const owner: unknown = typeof target === 'function' ? target : (target as object | undefined)?.constructor;
  const place = `${typeof owner === 'function' ? owner.name : 'something'}${member === undefined ? '' : `.${String(member)}`}`;
  throw misused(decorator, `is on ${place}, which is no class: put it on the class of the message`);
}

function misused(decorator: string, problem: string): CatgaError {
  return new CatgaError('CATGA_CONFIGURATION', `${decorator} ${problem}.`);
}
