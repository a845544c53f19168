import type { CatgaIds } from '../ids/catga-ids.js';
import type { Admission } from '../pipeline/admission/admission.js';
import type { ContextHost } from '../pipeline/handler-context.js';
import type { Tracing } from '../pipeline/tracing.js';
import type { LogConsumer, LogDelivery } from '../ports/durable-log.js';
import type { EngineConnection } from '../ports/engine.js';
import { DeliveryHandler } from '../reliability/delivery-handler.js';
import type { ConsumingNode } from '../reliability/delivery-handler.js';
import type { DeliveryRecords } from '../reliability/delivery-records.js';
import type { ErrorRules } from '../reliability/error-rules.js';
import { failureOf } from '../reliability/failure-sink.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import { outsideOfCallers } from '../time/outside.js';
import type { Codec } from '../wire/codec.js';
import { SubscribedHandler } from './subscribed-handler.js';
import type { DurableHandler } from './subscribed-handler.js';

/** Durable subscriptions of this node, from their creation to the end of their last delivery. */
export class DurableSubscriptions {
  private readonly consumers: LogConsumer[] = [];
  /** Deliveries that arrived before every handler was ready; undefined once they are. */
  private early: (() => void)[] | undefined = [];
  /** Ids of the created subscriptions. */
  ids: readonly string[] = [];
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly node: ContextHost & ConsumingNode,
    private readonly admission: Admission,
    private readonly messageIds: CatgaIds,
    private readonly codec: Codec,
    private readonly failures: CatgaErrorSink,
    private readonly rules: ErrorRules,
    private readonly records: DeliveryRecords,
    private readonly tracing: Tracing | undefined,
  ) {}

  /** Creates the subscriptions, so that nothing published from now on is missed. Handlers run only after `start`. */
  async provision(handlers: readonly DurableHandler[], { log }: EngineConnection): Promise<void> {
    const { node, admission, messageIds, codec, failures, rules, records, tracing } = this;
    for (const handler of handlers) {
      const subscribed = new SubscribedHandler(handler, node, messageIds);
      const consumer = new DeliveryHandler(
        subscribed,
        node,
        admission,
        codec,
        failures,
        rules,
        records,
        tracing,
      );
      const consume = (delivery: LogDelivery): void => void consumer.consume(delivery);
      this.consumers.push(
        await log.subscribe(handler, (delivery) => {
          if (this.early === undefined) outsideOfCallers(consume, delivery);
          else this.early.push(() => outsideOfCallers(consume, delivery));
        }),
      );
    }
    this.ids = handlers.map(({ id }) => id);
  }

  /** Starts the deliveries: every handler is ready. */
  start(): void {
    const { early = [] } = this;
    this.early = undefined;
    for (const consume of early) consume();
  }

  get hasStarted(): boolean {
    return this.early === undefined;
  }

  /** Stops new deliveries. Those in progress continue. Never rejects; a consumer that cannot be stopped is reported. */
  stop(): Promise<void> {
    return (this.stopping ??= this.stopAll());
  }

  private async stopAll(): Promise<void> {
    const stopped = await Promise.allSettled(this.consumers.map(async (consumer) => consumer.stop()));
    for (const end of stopped) {
      if (end.status === 'rejected') this.failures.report(failureOf('stopping: a consumer', end.reason));
    }
  }
}
