import { JETSTREAM_ERROR } from '../connection/broker-errors.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';

/** Configuration of a durable pull consumer (NATS ADR-13). */
export interface WantedConsumer {
  readonly stream: string;
  readonly name: string;
  /** Description, for people who list consumers. */
  readonly description: string;
  /** Subject of its messages. */
  readonly filter: string;
  readonly ackWaitMs: number;
  /** Maximum number of unsettled messages, over all nodes. */
  readonly maxUnsettled: number;
}

type ConsumerConfig = Readonly<Record<string, unknown>>;

/** Consumer info of the server. */
export interface ConsumerInfo {
  readonly config: ConsumerConfig;
  readonly num_ack_pending: number;
  readonly delivered: { readonly consumer_seq: number; readonly stream_seq: number };
  /** All matching messages up to it are acknowledged. */
  readonly ack_floor: { readonly stream_seq: number };
}

const NANOS = 1_000_000;

/** Creates the consumer, or updates an existing one. Resolves with its info. */
export async function ensureConsumer(
  api: JetStreamApi,
  wanted: WantedConsumer,
): Promise<ConsumerInfo | undefined> {
  const { stream, name } = wanted;
  const absent = [JETSTREAM_ERROR.consumerNotFound];
  const found = await api.call<ConsumerInfo>(`CONSUMER.INFO.${stream}.${name}`, {}, absent);
  const changeable = changeableOf(wanted);
  if (found !== undefined && !isOther(found.config, changeable)) return found;
  const kept = found?.config ?? beginning(wanted);
  await api.call(`CONSUMER.DURABLE.CREATE.${stream}.${name}`, {
    stream_name: stream,
    config: { ...kept, ...changeable },
  });
  return found;
}

/** Sequence number up to which a consumer has delivered; 0 if it does not exist. */
export async function deliveredUpTo(api: JetStreamApi, stream: string, name: string): Promise<number> {
  const absent = [JETSTREAM_ERROR.consumerNotFound, JETSTREAM_ERROR.streamNotFound];
  const found = await api.call<ConsumerInfo>(`CONSUMER.INFO.${stream}.${name}`, {}, absent);
  return found?.delivered.stream_seq ?? 0;
}

/** Recreates the consumer: it starts again with all messages of its subject. */
export async function remakeConsumer(api: JetStreamApi, wanted: WantedConsumer): Promise<void> {
  await api.call(`CONSUMER.DELETE.${wanted.stream}.${wanted.name}`, {}, [JETSTREAM_ERROR.consumerNotFound]);
  await ensureConsumer(api, wanted);
}

function beginning({ name }: WantedConsumer): ConsumerConfig {
  return {
    durable_name: name,
    ack_policy: 'explicit',
    replay_policy: 'instant',
    max_deliver: -1,
    deliver_policy: 'all',
  };
}

function changeableOf({ filter, ackWaitMs, maxUnsettled, description }: WantedConsumer): ConsumerConfig {
  return {
    description,
    ack_wait: ackWaitMs * NANOS,
    max_ack_pending: maxUnsettled,
    filter_subject: filter,
  };
}

function isOther(found: ConsumerConfig, wanted: ConsumerConfig): boolean {
  return Object.entries(wanted).some(([key, value]) => JSON.stringify(found[key]) !== JSON.stringify(value));
}
