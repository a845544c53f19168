import type { MessageType } from '../contracts/message-type.js';
import { failureOf } from '../reliability/failure-sink.js';
import type { LogConsumer, LogSubscription } from '../ports/durable-log.js';
import type { EngineConnection } from '../ports/engine.js';
import type { Admission } from '../pipeline/admission/admission.js';
import { HandlerContext } from '../pipeline/handler-context.js';
import type { ContextHost } from '../pipeline/handler-context.js';
import { MessageEnvelope } from '../pipeline/message-envelope.js';
import { DeliveryHandler } from '../reliability/delivery-handler.js';
import type { ConsumerServices } from '../reliability/delivery-handler.js';
import type { RetryOptions } from '../reliability/retry-policy.js';
import { outsideOfCallers } from '../time/outside.js';
import type { CompiledHandler } from '../handlers/routes.js';

/** What a durable subscription serves: one handler and the messages that reach it through the log. */
export interface DurableHandler extends LogSubscription {
  readonly handlers: ReadonlyMap<MessageType, CompiledHandler>;
  readonly retry: RetryOptions;
}

/** What consuming needs of the node. */
export interface SubscriptionServices {
  readonly host: ContextHost;
  readonly admission: Admission;
  readonly consumer: ConsumerServices;
  readonly newId: () => string;
}

/** The durable subscriptions of this node, from their making to the end of what they took. */
export class DurableSubscriptions {
  private readonly consumers: LogConsumer[] = [];
  /** What came before every handler was ready; undefined once they are. */
  private early: (() => void)[] | undefined = [];
  private stopping: Promise<void> | undefined;

  constructor(private readonly services: SubscriptionServices) {}

  /** Makes the subscriptions, so that nothing published from now on is missed. Handlers run only after `start`. */
  async provision(handlers: readonly DurableHandler[], { log }: EngineConnection): Promise<void> {
    for (const handler of handlers) {
      const consumer = new DeliveryHandler(this.consumed(handler), this.services.consumer);
      this.consumers.push(
        await log.subscribe(handler, (delivery) =>
          this.whenOpen(() =>
            outsideOfCallers(() => void this.services.admission.hold(consumer.consume(delivery))),
          ),
        ),
      );
    }
  }

  /** Every handler is ready. */
  start(): void {
    const { early = [] } = this;
    this.early = undefined;
    for (const consume of early) consume();
  }

  /** Takes nothing new. What was taken goes on. Never rejects; a consumer that cannot be stopped is reported. */
  stop(): Promise<void> {
    return (this.stopping ??= this.stopAll());
  }

  private async stopAll(): Promise<void> {
    const stopped = await Promise.allSettled(this.consumers.map(async (consumer) => consumer.stop()));
    for (const end of stopped) {
      if (end.status === 'rejected')
        this.services.consumer.failures.report(failureOf('stopping: a consumer', end.reason));
    }
  }

  private whenOpen(consume: () => void): void {
    if (this.early === undefined) consume();
    else this.early.push(consume);
  }

  private consumed(durable: DurableHandler): ConstructorParameters<typeof DeliveryHandler>[0] {
    const { admission, host, newId } = this.services;
    const byName = new Map([...durable.handlers].map(([type, handler]) => [type.name, { type, handler }]));
    return {
      id: durable.id,
      retry: durable.retry,
      typeOf: (name) => byName.get(name)?.type,
      envelope: (type, message, attributes) =>
        new MessageEnvelope(message, type, durable.id, attributes, newId),
      async handle(envelope) {
        const step = durable.handlers.get(envelope.type)?.step;
        if (step === undefined) throw new TypeError(`${durable.id} has no handler for ${envelope.name}`);
        const context = new HandlerContext(envelope, host, undefined, durable.id);
        admission.enter();
        try {
          const outcome = step(envelope, context);
          context.begin(outcome);
          return await outcome;
        } finally {
          admission.leave();
        }
      },
    };
  }
}
