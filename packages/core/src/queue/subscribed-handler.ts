import type { MessageType } from '../contracts/message-type.js';
import type { CompiledHandler } from '../handlers/routes.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import { HandlerContext } from '../pipeline/handler-context.js';
import type { ContextHost } from '../pipeline/handler-context.js';
import { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { LogSubscription } from '../ports/durable-log.js';
import type { HandledSubscription } from '../reliability/delivery-handler.js';
import type { WorkOnMessage } from '../reliability/messages-at-work.js';
import type { RetryOptions } from '../reliability/retry-policy.js';

/** What a durable subscription serves: one handler and the messages that reach it through the log. */
export interface DurableHandler extends LogSubscription {
  readonly handlers: ReadonlyMap<MessageType, CompiledHandler>;
  readonly retry: RetryOptions;
  readonly holdsKeys: boolean;
}

/** The handler of one durable subscription, run with the context of a delivery. */
export class SubscribedHandler implements HandledSubscription {
  /** Only if every type is handled in a transaction, as the option of one handler says. */
  readonly wasHandled: HandledSubscription['wasHandled'];
  private readonly types: ReadonlyMap<string, MessageType>;
  private readonly newId = (): string => this.ids.next();

  constructor(
    private readonly durable: DurableHandler,
    private readonly host: ContextHost,
    private readonly ids: CatgaIds,
  ) {
    this.types = new Map([...durable.handlers.keys()].map((type) => [type.name, type]));
    const [first] = durable.handlers.values();
    const transaction = first?.transaction;
    this.wasHandled = transaction && ((envelope) => transaction.wasHandled(this.id, envelope));
  }

  get id(): string {
    return this.durable.id;
  }

  get retry(): RetryOptions {
    return this.durable.retry;
  }

  get holdsKeys(): boolean {
    return this.durable.holdsKeys;
  }

  typeOf(name: string): MessageType | undefined {
    return this.types.get(name);
  }

  envelope(type: MessageType, message: object, attributes: MessageAttributes): MessageEnvelope {
    return new MessageEnvelope(message, type, this.id, attributes, this.newId);
  }

  handle(envelope: MessageEnvelope, work: WorkOnMessage): Promise<unknown> {
    const { durable, host, id } = this;
    const step = durable.handlers.get(envelope.type)?.step;
    if (step === undefined) throw new TypeError(`${id} has no handler for ${envelope.name}`);
    const context = new HandlerContext(envelope, host, undefined, id);
    work.handler = context;
    const outcome = step(envelope, context);
    context.begin(outcome);
    return outcome;
  }
}
