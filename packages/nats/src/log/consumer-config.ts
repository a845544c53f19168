import { JETSTREAM_ERROR } from '../connection/broker-errors.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';

/** A durable pull consumer (NATS ADR-13) as a subscription wants it. */
export interface WantedConsumer {
  readonly stream: string;
  readonly name: string;
  /** What it is for, for people who list consumers. */
  readonly description: string;
  readonly filters: readonly string[];
  /** A subject with a wildcard that matches all filters, for servers that take one filter only. */
  readonly widerFilter: string;
  /** The sequence number to begin with; undefined for all that is there. */
  readonly start: number | undefined;
  readonly ackWaitMs: number;
  /** How many messages may be unsettled at a time, over all nodes. */
  readonly maxUnsettled: number;
}

type ConsumerConfig = Readonly<Record<string, unknown>>;

/** What the server knows of a consumer. */
export interface ConsumerInfo {
  readonly config: ConsumerConfig;
  readonly num_ack_pending: number;
  readonly delivered: { readonly consumer_seq: number; readonly stream_seq: number };
  /** All up to it that match are acknowledged. */
  readonly ack_floor: { readonly stream_seq: number };
}

const NANOS = 1_000_000;
/** The first server that takes several filters. */
const MANY_FILTERS = [2, 10] as const;

/**
 * Makes the consumer if it is not there, and otherwise brings it up to date. Where it begins is never changed: then it
 * would forget what has been settled. Resolves with what the server knew of it.
 */
export async function ensureConsumer(
  api: JetStreamApi,
  wanted: WantedConsumer,
  serverVersion: readonly [number, number],
): Promise<ConsumerInfo | undefined> {
  const { stream, name } = wanted;
  const absent = [JETSTREAM_ERROR.consumerNotFound];
  const found = await api.call<ConsumerInfo>(`CONSUMER.INFO.${stream}.${name}`, {}, absent);
  const changeable = changeableOf(wanted, takesManyFilters(serverVersion));
  if (found !== undefined && !isOther(found.config, changeable)) return found;
  const { filter_subject: _one, filter_subjects: _many, ...kept } = found?.config ?? beginning(wanted);
  await api.call(`CONSUMER.DURABLE.CREATE.${stream}.${name}`, {
    stream_name: stream,
    config: { ...kept, ...changeable },
  });
  return found;
}

/** Makes the consumer anew: it forgets what it has delivered, and begins where it is wanted to. */
export async function remakeConsumer(
  api: JetStreamApi,
  wanted: WantedConsumer,
  serverVersion: readonly [number, number],
): Promise<void> {
  await api.call(`CONSUMER.DELETE.${wanted.stream}.${wanted.name}`, {}, [JETSTREAM_ERROR.consumerNotFound]);
  await ensureConsumer(api, wanted, serverVersion);
}

function beginning({ name, start }: WantedConsumer): ConsumerConfig {
  return {
    durable_name: name,
    ack_policy: 'explicit',
    replay_policy: 'instant',
    max_deliver: -1,
    ...(start === undefined || start <= 1
      ? { deliver_policy: 'all' }
      : { deliver_policy: 'by_start_sequence', opt_start_seq: start }),
  };
}

function changeableOf(wanted: WantedConsumer, isManyTaken: boolean): ConsumerConfig {
  const { filters, widerFilter, ackWaitMs, maxUnsettled, description } = wanted;
  const [first = widerFilter] = filters;
  const filter =
    filters.length > 1 && isManyTaken
      ? { filter_subjects: filters }
      : { filter_subject: filters.length > 1 ? widerFilter : first };
  return { description, ack_wait: ackWaitMs * NANOS, max_ack_pending: maxUnsettled, ...filter };
}

function isOther(found: ConsumerConfig, wanted: ConsumerConfig): boolean {
  return Object.entries(wanted).some(([key, value]) => JSON.stringify(found[key]) !== JSON.stringify(value));
}

/** Whether a consumer takes several filters, and other ones later: nats-server 2.9 accepts them and stops delivering. */
export function takesManyFilters([major, minor]: readonly [number, number]): boolean {
  return major > MANY_FILTERS[0] || (major === MANY_FILTERS[0] && minor >= MANY_FILTERS[1]);
}
