import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CatgaError } from '../errors/catga-error.js';
import type { BehaviorOption } from './behavior.js';
import type { ErrorClass } from './error-class.js';
import type { ErrorMatch, OutcomeRules } from './error-match.js';
import type { QualityOfService } from './quality-of-service.js';

/** How results of a query are kept; see {@link MessageOptions.cache}. */
export interface CacheOptions<T> {
  /** How long a result is served again, in milliseconds. */
  readonly ttlMs: number;
  /**
   * The text that two queries must share to share a result. `CATGA_SERIALIZATION` for anything else than text, and by
   * default for fields that have no content to compare, such as functions; `#private` fields cannot be seen.
   * @defaultValue the query's fields, with their types
   */
  readonly key?: (query: T) => string;
  /**
   * How many results are kept; the least recently used goes first.
   * @defaultValue 1000
   */
  readonly maxEntries?: number;
}

/**
 * What belongs to a message rather than to a call of it.
 *
 * @publicApi
 */
export interface MessageOptions<T = never> {
  /**
   * The name on the wire and in stores. Give one to every message that leaves the process: minifiers rename classes.
   * @defaultValue the class name
   */
  readonly name?: string;
  /**
   * What is promised about its delivery.
   * @defaultValue 0 for queries and events, 1 for commands and reliable events
   */
  readonly qos?: QualityOfService;
  /** How long a caller waits for its outcome, or one attempt of an event handler may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** What ordering and hashing go by: the name of a field, or a function of the message. */
  readonly key?: string | ((message: T) => string | undefined);
  /** Validates the message before it is handled, and may convert it. Any Standard Schema: zod, valibot, arktype. */
  readonly schema?: StandardSchemaV1;
  /**
   * Behaviors for this message alone, outermost first, inside the global ones. A policy (`retry`, `circuitBreaker`,
   * `rateLimit`, `bulkhead`) replaces the module's policy of the same sort.
   */
  readonly behaviors?: readonly BehaviorOption[];
  /**
   * Classes of errors that the handler throws and callers catch: they arrive as instances of their class from other nodes,
   * from stored outcomes and from repeats of an id, with their own data properties, made without running the constructor.
   * The wire name of a class is its own static `wireName`, or else the class name; give one where classes are minified.
   * `#private` fields do not cross. An error that extends a declared class arrives as an instance of that.
   * @defaultValue none: an error arrives by name, message and code
   */
  readonly errors?: readonly ErrorClass[];
  /** Queries only: serve results again for a while. */
  readonly cache?: CacheOptions<T>;
  /**
   * Requests only: which errors of its handler are recorded and answered again to a repeat.
   * @defaultValue `outcomes` of the module
   */
  readonly outcomes?: OutcomeRules;
  /**
   * Commands and reliable events: errors after which a queued command or an event becomes a dead letter at once.
   * @defaultValue `deadLetterOn` of the module
   */
  readonly deadLetterOn?: readonly ErrorMatch[];
}

/** What decorators wrote on a class. Kept on the class itself, so nothing is shared between applications. */
export interface MessageMetadata {
  readonly options: MessageOptions<never>;
  /** Set by `@ReliableEvent`. */
  readonly reliableQos?: 1 | 2;
}

const METADATA: unique symbol = Symbol.for('catga.message');

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- any class may be a message
type MessageClass = Function;

/** A class of messages `T`, abstract or not, whatever its constructor takes. */
export type MessageConstructor<T extends object = object> = abstract new (...fields: never[]) => T;

/** What decorators said of a class and of those it extends; a name is never inherited. */
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

/** Adds to what is written on a class. */
export function writeMessageMetadata(target: MessageClass, added: Partial<MessageMetadata>): void {
  const own = readOwn(target);
  const value = Object.freeze({ ...own, ...added, options: { ...own.options, ...added.options } });
  Object.defineProperty(target, METADATA, { value, configurable: true });
}

/**
 * Class decorator: says what belongs to a message.
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
 * Class decorator: the event is stored by the engine before `publish` resolves, and delivered to each handler until
 * it succeeded (QoS 1), without running a handler again whose success was recorded (QoS 2).
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

/** The class that a decorator is on. `CATGA_CONFIGURATION` for anything else: it would have no effect there. */
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
