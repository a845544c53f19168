import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CatgaError } from '@catga/nestjs';
import type { MessageContext, PublishOptions } from '@catga/nestjs';
import { joinedKey } from '@catga/core/engine';
import { isDecision, resultOf } from '../deciding/decision.js';
import type { Decision } from '../deciding/decision.js';
import type { DecisionDefinition } from '../definition/decision-definition.js';
import type { AnyDecisionHandler } from '../definition/decision-handler.decorator.js';
import type { DecisionRecord, EventStore, RecordedEvent } from '../store/event-store.js';
import { eventId } from './event-id.js';
import type { EventCodec } from './event-codec.js';
import { publishOptions } from './stream-appender.js';
import type { StreamAppender } from './stream-appender.js';
import type { StreamLoader } from './stream-loader.js';

/** Maximum pause before a command is decided again, in milliseconds. */
const MAX_PAUSE_MS = 50;

/** Runs decisions: loads the stream, calls the handler, appends by compare-and-set, and publishes. */
export class DecisionRunner {
  constructor(
    private readonly store: () => EventStore,
    private readonly codec: EventCodec,
    private readonly loader: StreamLoader,
    private readonly appender: StreamAppender,
  ) {}

  async run(
    definition: DecisionDefinition,
    handler: AnyDecisionHandler,
    command: object,
    context: MessageContext,
  ): Promise<unknown> {
    const stream = definition.streamFor(command);
    const id = decisionId(context);
    for (let attempt = 1; ; attempt++) {
      const { state, version, decided } = await this.loader.load(definition.stream, stream, { decision: id });
      if (decided !== undefined) return this.repeat(definition, decided, context);
      const decision = await this.decide(handler, command, state, context);
      const { events } = decision;
      const result = resultOf(decision, eventId(stream, version + events.length));
      if (events.length === 0) return result;
      try {
        await this.append(definition, stream, id, { events, result }, version, context);
        return result;
      } catch (thrown) {
        if (!isConflict(thrown) || attempt === definition.maxDecisions || context.signal.aborted)
          throw thrown;
      }
      // Random, so that the same writers do not conflict again.
      await pause(Math.random() * Math.min(MAX_PAUSE_MS, 2 ** attempt));
    }
  }

  private async decide(
    handler: AnyDecisionHandler,
    command: object,
    state: object,
    context: MessageContext,
  ): Promise<Decision<unknown>> {
    const decision: unknown = await handler.decide(command as never, state as never, context);
    if (isDecision(decision)) return decision;
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The decision on ${context.name} was not made by decided(events, result).`,
      { details: { name: context.name } },
    );
  }

  private append(
    { stream: definition }: DecisionDefinition,
    stream: string,
    id: string,
    { events, result }: { readonly events: readonly object[]; readonly result: unknown },
    version: number,
    context: MessageContext,
  ): Promise<void> {
    const decision: DecisionRecord = {
      id,
      size: events.length,
      ...this.codec.encodeResult(context.name, result),
    };
    const headers = { correlationId: context.correlationId, causationId: context.messageId };
    const publish = (event: object, options: PublishOptions): Promise<void> =>
      context.publish(event, options);
    return this.appender.append({ definition, stream, version, events, decision, headers, publish });
  }

  /**
   * Repeats a decided command: returns its stored result. Without a transaction its events may not have been published, so they are
   * published again.
   */
  private async repeat(
    { stream: definition }: DecisionDefinition,
    first: RecordedEvent,
    context: MessageContext,
  ): Promise<unknown> {
    const { decision, stream, serializer } = first;
    if (decision === undefined) return undefined;
    const store = this.store();
    if (store.inTransaction === undefined) {
      for await (const recorded of store.read(stream, first.version)) {
        if (recorded.version >= first.version + decision.size) break;
        const { type } = definition.events.get(recorded.name) ?? {};
        // QoS 0 events are published at most once.
        if (type === undefined || type.qos === 0) continue;
        const event = await this.codec.decode(definition, recorded);
        await context.publish(event, publishOptions(type, stream, recorded.version));
      }
    }
    return this.codec.decodeResult(context.name, decision, serializer);
  }
}

/** Identity of a command in its stream, of bounded length. */
export function decisionId({ name, messageId }: MessageContext): string {
  const key = joinedKey(name, messageId);
  if (key.length <= 200 && !key.includes('\0')) return key;
  // No joined key has this prefix.
  return `%sha256~${createHash('sha256').update(key).digest('hex')}`;
}

function isConflict(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_CONFLICT';
}
