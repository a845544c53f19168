import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CatgaError } from '@catga/nestjs';
import type { MessageContext, PublishOptions } from '@catga/nestjs';
import { joinedKey } from '@catga/core/engine';
import type { MessageType } from '@catga/core/engine';
import { isDecision } from '../deciding/decision.js';
import type { Decision } from '../deciding/decision.js';
import type { DecisionDefinition } from '../definition/decision-definition.js';
import type { AnyDecisionHandler } from '../definition/decision-handler.decorator.js';
import type { DecisionRecord, EventStore, RecordedEvent } from '../store/event-store.js';
import type { EventCodec } from './event-codec.js';
import type { StreamLoader } from './stream-loader.js';

/** Longest pause before a command is decided again, in milliseconds. */
const MAX_PAUSE_MS = 50;

/** Decides commands: loads the stream, calls the handler, appends if nobody else has meanwhile, and publishes. */
export class DecisionRunner {
  constructor(
    private readonly store: () => EventStore,
    private readonly codec: EventCodec,
    private readonly loader: StreamLoader,
    /** Told of events that were appended and could not be published, as nobody waits for them. */
    private readonly unpublished: (thrown: unknown) => void,
    /** Told after an append was committed. */
    private readonly appended: () => void,
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
      if (decision.events.length === 0) return decision.result;
      try {
        await this.append(definition, stream, id, decision, version, context);
        return decision.result;
      } catch (thrown) {
        if (!isConflict(thrown) || attempt === definition.maxDecisions || context.signal.aborted)
          throw thrown;
      }
      // At random, so that those who met do not meet again.
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
      `The decision on ${context.name} is not what decided(events, result) returns.`,
      { details: { name: context.name } },
    );
  }

  private async append(
    { stream: definition }: DecisionDefinition,
    stream: string,
    id: string,
    { events, result }: Decision<unknown>,
    version: number,
    context: MessageContext,
  ): Promise<void> {
    const store = this.store();
    const record: DecisionRecord = {
      id,
      size: events.length,
      ...this.codec.encodeResult(context.name, result),
    };
    const headers = { correlationId: context.correlationId, causationId: context.messageId };
    const encoded = events.map((event, at) =>
      this.codec.encode(definition, event, headers, at === 0 ? record : undefined),
    );
    const publish = (event: object, at: number): Promise<void> => {
      const { type } = definition.eventOf(event);
      return context.publish(event, publishOptions(type, stream, version + at + 1));
    };
    if (store.inTransaction === undefined) {
      await store.append(stream, encoded, version);
      this.appended();
      await Promise.all(events.map(publish));
      return;
    }
    await store.inTransaction(async (afterCommit) => {
      await store.append(stream, encoded, version);
      afterCommit(this.appended);
      for (const [at, event] of events.entries()) {
        if (definition.eventOf(event).type.qos > 0) await publish(event, at);
        // One that nobody stores would be published even if the transaction is rolled back.
        else afterCommit(() => void publish(event, at).catch(this.unpublished));
      }
    });
  }

  /** The command was decided before. Without a transaction it may have ended before its events were published. */
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
        // A plain event is published at most once.
        if (type === undefined || type.qos === 0) continue;
        const event = this.codec.decode(definition, recorded);
        await context.publish(event, publishOptions(type, stream, recorded.version));
      }
    }
    return this.codec.decodeResult(context.name, decision, serializer);
  }
}

/** Identity of a command in its stream: short text, whatever its id is. */
function decisionId({ name, messageId }: MessageContext): string {
  const key = joinedKey(name, messageId);
  if (key.length <= 200 && !key.includes('\0')) return key;
  // No joined key begins so.
  return `%sha256~${createHash('sha256').update(key).digest('hex')}`;
}

/** Id under which an event of a stream is published. */
export function eventId(stream: string, version: number): string {
  return `${stream}@${version}`;
}

/** Events of a stream come in order, unless their class says of what else they are part. */
function publishOptions({ keyOf }: MessageType, stream: string, version: number): PublishOptions {
  return { messageId: eventId(stream, version), ...(keyOf === undefined && { key: stream }) };
}

function isConflict(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_CONFLICT';
}
