import type { MessageType } from '../contracts/message-type.js';
import type { AnyBehavior, AnyBehaviorRef } from '../contracts/send-behavior.js';
import type { EnqueueOptions, PublishOptions, SendOptions } from '../contracts/send-options.js';
import { CatgaError } from '../errors/catga-error.js';
import type { MessageValidator } from '../pipeline/validation/message-validator.js';
import type { Clock } from '../ports/clock.js';
import type { CatgaLogger } from '../ports/logger.js';
import { systemClock } from '../time/system-clock.js';
import type { ErrorTranslator } from '../wire/error-codec.js';

/** Told of every message that callers of this node hand over, whatever becomes of it. For tests. */
export interface MessageObserver {
  sent(request: object, options: SendOptions): void;
  published(event: object, options: PublishOptions): void;
  enqueued(command: object, options: EnqueueOptions): void;
}

/** What surrounds a node: a framework or a test may replace each. */
export interface NodeServices {
  readonly clock: Clock;
  readonly logger: CatgaLogger;
  /** Steps around those of the options, the first one outermost. */
  readonly behaviors: readonly AnyBehaviorRef[];
  /** Makes a behavior of a class. */
  resolveBehavior(ref: AnyBehaviorRef): AnyBehavior | Promise<AnyBehavior>;
  /** Validators beside the message's own schema. */
  validatorsFor(type: MessageType): readonly MessageValidator[];
  /** Classes of errors that are to arrive as what they were. */
  readonly errorTranslators: readonly ErrorTranslator[];
  readonly observer: MessageObserver | undefined;
  /** Finds a provider of the framework by its token. */
  resolve(token: unknown): unknown;
}

const SILENT: CatgaLogger = { debug() {}, log() {}, warn() {}, error() {} };

/** A node by itself: the machine's clock, no log, behaviors made with `new`. */
export const DEFAULT_SERVICES: NodeServices = Object.freeze({
  clock: systemClock,
  logger: SILENT,
  behaviors: [],
  resolveBehavior: (ref: AnyBehaviorRef) => (typeof ref === 'function' ? new ref() : ref),
  validatorsFor: () => [],
  errorTranslators: [],
  observer: undefined,
  resolve(token: unknown): never {
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `${nameOf(token)} cannot be found without Nest: give the outbox the instance itself.`,
    );
  },
});

function nameOf(token: unknown): string {
  return typeof token === 'function' ? token.name : String(token);
}
