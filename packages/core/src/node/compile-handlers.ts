import type { Behavior } from '../contracts/behavior.js';
import { isCallerPolicy, isPolicy } from '../contracts/policy.js';
import type { HandlerPolicy } from '../contracts/policy.js';
import type { MessageType } from '../contracts/message-type.js';
import { isSendBehavior } from '../contracts/send-behavior.js';
import type { AnyBehavior, AnyBehaviorRef, ModuleBehaviorOption } from '../contracts/send-behavior.js';
import { CatgaError } from '../errors/catga-error.js';
import { CachingBehavior } from '../pipeline/caching/caching.behavior.js';
import { HandlerContext } from '../pipeline/handler-context.js';
import { makeHandlerPolicy } from '../pipeline/resilience/make-policies.js';
import { compilePipeline, handlerStep } from '../pipeline/pipeline.js';
import { compileSendSide } from '../pipeline/send-side.js';
import type { SendSide } from '../pipeline/send-side.js';
import type { Tracing } from '../pipeline/tracing.js';
import { TimeoutBehavior } from '../pipeline/timeout/timeout.behavior.js';
import { standardSchemaValidator } from '../pipeline/validation/message-validator.js';
import { ValidationBehavior } from '../pipeline/validation/validation.behavior.js';
import type { Timetable } from '../time/timetable.js';
import { notReplaced } from '../pipeline/resilience/call-policies.js';
import type { TransactionalHandler } from '../reliability/transactional-handler.js';
import type { NodeServices } from './node-services.js';
import { isInTransaction, usesContext } from '../handlers/registration.js';
import type { EventHandlerRegistration, RequestHandlerRegistration } from '../handlers/registration.js';
import type { CompiledHandler } from '../handlers/routes.js';

/** Builds pipelines: global behaviors, then validation, caching, the message's own behaviors, then the handler. */
export class HandlerCompiler {
  private constructor(
    private readonly services: NodeServices,
    private readonly timetable: Timetable,
    private readonly globalBehaviors: readonly (Behavior | HandlerPolicy)[],
    private readonly transaction: TransactionalHandler,
    private readonly tracing: Tracing | undefined,
    /** The behaviors of the other side, where messages are handed over; undefined without any. */
    readonly sendSide: SendSide | undefined,
  ) {}

  static async create(
    services: NodeServices,
    timetable: Timetable,
    behaviors: readonly ModuleBehaviorOption[],
    transaction: TransactionalHandler,
    tracing: Tracing | undefined,
  ): Promise<HandlerCompiler> {
    const all = [...services.behaviors, ...behaviors];
    const resolved = await resolveAll(all, services);
    const atHandlers = resolved.filter(isAtHandlers);
    const sendSide = compileSendSide(resolved.filter(isSendBehavior));
    return new HandlerCompiler(services, timetable, atHandlers, transaction, tracing, sendSide);
  }

  /** Compiles one handler for one type of message. */
  async compile(
    type: MessageType,
    registration: RequestHandlerRegistration | EventHandlerRegistration,
  ): Promise<CompiledHandler> {
    const { handler, name } = registration;
    const steps = [
      ...notReplaced(this.globalBehaviors, type),
      ...this.builtIn(type),
      ...(await this.ownBehaviors(type)),
    ];
    // What a policy counts belongs to one handler and one type of message.
    const behaviors = steps.map((step) =>
      isPolicy(step) ? makeHandlerPolicy(step, this.services.clock, this.timetable) : step,
    );
    // An observer is told of a message on the long way only.
    const isUnobserved = this.services.observer === undefined;
    const transaction = isInTransaction(registration.options) ? this.transaction : undefined;
    const isDirect =
      behaviors.length === 0 && isUnobserved && !usesContext(registration) && transaction === undefined;
    // Behaviors are around the transaction: a retry gets a new one, and what waits for a limit holds none.
    const last = transaction === undefined ? handlerStep(handler) : transaction.around(handlerStep(handler));
    return {
      name,
      step: compilePipeline(behaviors, last),
      transaction,
      direct: isDirect ? (handler as (message: object) => unknown) : undefined,
    };
  }

  /** The handler where no caller waits: each attempt has at most `timeoutMs`. */
  limited(compiled: CompiledHandler, timeoutMs: number | undefined): CompiledHandler {
    if (timeoutMs === undefined) return compiled;
    const timeout = new TimeoutBehavior(timeoutMs, this.timetable, (context, reason) => {
      if (context instanceof HandlerContext) context.cancellation.cancel(reason);
    });
    return { ...compiled, step: compilePipeline([timeout], compiled.step), direct: undefined };
  }

  /** The handler with all that is around it, as tracers see it. */
  traced(compiled: CompiledHandler): CompiledHandler {
    const step = this.tracing?.aroundHandling(compiled.step);
    return step === undefined ? compiled : { ...compiled, step, direct: undefined };
  }

  private async ownBehaviors(type: MessageType): Promise<readonly (Behavior | HandlerPolicy)[]> {
    const resolved = await resolveAll(type.behaviors, this.services);
    // Whoever sends the message may have no handler of it, and so nothing that would make its behaviors.
    if (resolved.some(isSendBehavior)) {
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `${type.name} has a behavior with side 'send', which acts on all messages: list it in \`behaviors\` of the module.`,
        { details: { name: type.name } },
      );
    }
    return resolved.filter(isAtHandlers);
  }

  private builtIn(type: MessageType): Behavior[] {
    const { schema, cache } = type;
    const behaviors: Behavior[] = [];
    const validators = [
      ...(schema ? [standardSchemaValidator(schema)] : []),
      ...this.services.validatorsFor(type),
    ];
    if (validators.length > 0) behaviors.push(new ValidationBehavior(validators));
    if (cache !== undefined) behaviors.push(new CachingBehavior(cache, this.services.clock));
    return behaviors;
  }
}

function isAtHandlers(step: AnyBehavior | HandlerPolicy): step is Behavior | HandlerPolicy {
  return !isSendBehavior(step);
}

/** Makes behaviors of classes. The policies of callers are compiled elsewhere. */
function resolveAll(
  options: readonly ModuleBehaviorOption[],
  services: NodeServices,
): Promise<readonly (AnyBehavior | HandlerPolicy)[]> {
  const made = options.filter((option): option is AnyBehaviorRef | HandlerPolicy => !isCallerPolicy(option));
  return Promise.all(
    made.map(async (option) => (isPolicy(option) ? option : services.resolveBehavior(option))),
  );
}
