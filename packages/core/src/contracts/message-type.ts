import type { BehaviorOption } from './behavior.js';
import type { MessageKind } from './envelope.js';
import { problemOfErrorMatch } from './error-match.js';
import type { ErrorMatch, OutcomeRules } from './error-match.js';
import { readMessageMetadata } from './message.js';
import { isErrorClass } from './error-class.js';
import type { ErrorClass } from './error-class.js';
import type { CacheOptions, MessageConstructor, MessageOptions } from './message.js';
import { problemOfPolicies } from './policy.js';
import type { QualityOfService } from './quality-of-service.js';
import { REQUEST_KIND } from './request.js';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CatgaError } from '../errors/catga-error.js';
import { answeredAtOnce } from '../errors/user-code.js';

/** A message class with its resolved options. Created per application. */
export interface MessageType {
  readonly target: MessageConstructor;
  readonly name: string;
  readonly kind: MessageKind;
  /** Whether it never leaves the process, and is neither stored nor queued: see the option `remote` of the node. */
  readonly isLocal: boolean;
  readonly qos: QualityOfService;
  readonly timeoutMs: number | undefined;
  readonly schema: StandardSchemaV1 | undefined;
  readonly behaviors: readonly BehaviorOption[];
  /** Error classes that are kept between nodes. */
  readonly errors: readonly ErrorClass[];
  readonly cache: CacheOptions<object> | undefined;
  readonly outcomes: OutcomeRules | undefined;
  readonly deadLetterOn: readonly ErrorMatch[] | undefined;
  /** Key for ordering and consistent hashing; undefined if the message has none. */
  readonly keyOf: ((message: object) => string | undefined) | undefined;
}

/**
 * Reads a class. `CATGA_CONFIGURATION` if its decorators contradict each other or it cannot be named.
 * @param remote the option of the node
 */
export function describeMessage(target: MessageConstructor, remote: 'all' | 'named' = 'all'): MessageType {
  const { options, reliableQos } = readMessageMetadata(target);
  const kind = kindOf(target);
  const name = options.name ?? target.name;
  const refuse = (problem: string): never => {
    throw new CatgaError('CATGA_CONFIGURATION', `Message ${target.name || '(anonymous class)'}: ${problem}`, {
      details: { message: target.name },
    });
  };
  if (name === '') refuse('an anonymous class needs @Message({ name }).');
  if (reliableQos !== undefined && kind !== 'event') {
    refuse(`@ReliableEvent is for events; a ${kind} says @Message({ qos }).`);
  }
  if (reliableQos !== undefined && options.qos !== undefined && options.qos !== reliableQos) {
    refuse(`@Message says QoS ${options.qos} and @ReliableEvent says QoS ${reliableQos}; keep one.`);
  }
  if (options.qos !== undefined && ![0, 1, 2].includes(options.qos)) refuse('qos must be 0, 1 or 2.');
  if (options.timeoutMs !== undefined && !(options.timeoutMs > 0)) refuse('timeoutMs must be above 0.');
  if (options.cache !== undefined && kind !== 'query') refuse('cache is for queries.');
  if (options.cache !== undefined && !(options.cache.ttlMs > 0)) refuse('cache.ttlMs must be above 0.');
  if (options.errors?.every(isErrorClass) === false) {
    refuse(
      'errors must be classes of errors, and one is none; is it undefined because of a circular import?',
    );
  }
  const policyProblem = problemOfPolicies(options.behaviors ?? [], kind);
  if (policyProblem !== undefined) refuse(policyProblem);
  for (const problem of problemsOfErrors(kind, options)) refuse(problem);
  const qos = qualityOfServiceOf(kind, options.qos, reliableQos);
  const isStored = kind === 'event' && qos > 0;
  return Object.freeze({
    target,
    name,
    kind,
    isLocal: remote === 'named' && options.name === undefined && !isStored,
    qos,
    timeoutMs: options.timeoutMs,
    schema: options.schema,
    behaviors: options.behaviors ?? [],
    errors: options.errors ?? [],
    // The decorator's types tie the functions to the class; they only get its instances.
    cache: options.cache as CacheOptions<object> | undefined,
    outcomes: options.outcomes,
    deadLetterOn: options.deadLetterOn,
    keyOf: keyReader(name, options.key as string | ((message: object) => unknown) | undefined),
  });
}

/** Problems of a message's error options. */
function* problemsOfErrors(
  kind: MessageKind,
  { outcomes, deadLetterOn }: MessageOptions<never>,
): Generator<string> {
  if (outcomes !== undefined && kind === 'event') yield 'outcomes is for requests; an event has none.';
  if (deadLetterOn !== undefined && kind === 'query') yield 'deadLetterOn is for commands and events.';
  for (const key of Object.keys(outcomes ?? {}))
    if (key !== 'only' && key !== 'except') yield `outcomes.${key} is an unknown option.`;
  const lists = { 'outcomes.only': outcomes?.only, 'outcomes.except': outcomes?.except, deadLetterOn };
  for (const [path, list] of Object.entries(lists)) {
    if (list === undefined) continue;
    if (!Array.isArray(list)) yield `${path} must be a list.`;
    else {
      for (const [index, match] of list.entries()) {
        const problem = problemOfErrorMatch(match);
        if (problem !== undefined) yield `${path}.${index} ${problem}.`;
      }
    }
  }
}

/** Resolves the quality of service of a message; the only place that does. */
function qualityOfServiceOf(
  kind: MessageKind,
  declared: QualityOfService | undefined,
  reliable: 1 | 2 | undefined,
): QualityOfService {
  return declared ?? reliable ?? (kind === 'command' ? 1 : 0);
}

function kindOf(target: MessageConstructor): MessageKind {
  const { prototype } = target as { readonly prototype: { readonly [REQUEST_KIND]?: 'command' | 'query' } };
  return prototype[REQUEST_KIND] ?? 'event';
}

function keyReader(
  name: string,
  key: string | ((message: object) => unknown) | undefined,
): ((message: object) => string | undefined) | undefined {
  if (key === undefined) return undefined;
  return (message) => {
    const value =
      typeof key === 'string'
        ? (message as Readonly<Record<string, unknown>>)[key]
        : answeredAtOnce(`The key function of ${name}`, key(message));
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return String(value);
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      typeof key === 'string'
        ? `The key field '${key}' holds neither text nor a number.`
        : `The key function of ${name} gave neither text nor a number.`,
      { details: typeof key === 'string' ? { key } : { name } },
    );
  };
}
