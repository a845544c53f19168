import { recordOf } from '../errors/error-record.js';
import type { HandledListener } from '../pipeline/handler-context.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { Clock } from '../ports/clock.js';
import type { HandledMessage, TapPage } from './admin-contracts.js';
import { ADMIN_NAMES } from './admin-messages.js';
import type { HandledListeners } from './handled-listeners.js';

/** Maximum number of messages kept for tools. */
const MOST_MESSAGES = 1000;
/** Maximum number of messages per page. */
const MOST_AT_A_TIME = 200;

/** Recently handled messages of a node; records only while a tool queries. */
export class MessageTap implements HandledListener {
  private readonly messages: HandledMessage[] = [];
  private lastSequence = 0;

  constructor(
    private readonly clock: Clock,
    private readonly nodeId: string,
    private readonly listeners: HandledListeners,
  ) {}

  /** @param next `next` of the previous page */
  page(next: unknown): TapPage {
    this.listeners.goOn(this, () => (this.messages.length = 0));
    const first = this.lastSequence - this.messages.length + 1;
    const { lastSequence } = this;
    const wanted = typeof next === 'number' && Number.isSafeInteger(next) ? next : lastSequence + 1;
    // The node has restarted in between.
    const from = wanted > lastSequence + 1 ? first : wanted;
    const missed = Math.max(0, first - from);
    const skipped = Math.max(0, from - first);
    const messages = this.messages.slice(skipped, skipped + MOST_AT_A_TIME);
    return { messages, next: (messages.at(-1)?.sequence ?? lastSequence) + 1, missed };
  }

  begun(envelope: MessageEnvelope, outcome: Promise<unknown>): void {
    if (envelope.name.startsWith(ADMIN_NAMES)) return;
    const startMs = this.clock.monotonicMs();
    const ended = (failed?: { readonly thrown: unknown }): void => {
      const { name, kind, messageId, attributes, handler } = envelope;
      this.messages.push({
        sequence: ++this.lastSequence,
        atMs: this.clock.now(),
        name,
        kind,
        messageId,
        handler,
        originNodeId: attributes.originNodeId ?? this.nodeId,
        attempt: attributes.attempt ?? 1,
        durationMs: this.clock.monotonicMs() - startMs,
        ...(failed && { error: recordOf(failed.thrown) }),
      });
      if (this.messages.length > MOST_MESSAGES) this.messages.shift();
    };
    outcome.then(
      () => ended(),
      (thrown: unknown) => ended({ thrown }),
    );
  }
}
