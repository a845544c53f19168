import type { DurableSubscription, SubscriptionLag } from '@catga/core';
import type { SubscriptionRegister } from '@catga/core/engine';
import { JETSTREAM_ERROR } from '../connection/broker-errors.js';
import type { QueueServices } from './queue-services.js';
import type { QueueStream } from './queue-streams.js';
import { DELAYED_LANE, nameTokens, subscriptionToken } from './queue-subjects.js';

interface ConsumerState {
  readonly name: string;
  readonly num_pending: number;
  readonly num_ack_pending: number;
}

interface ConsumerPage {
  readonly total: number;
  readonly consumers?: readonly ConsumerState[] | null;
}

type QueueLag = Pick<SubscriptionLag, 'due' | 'delayed' | 'handling'>;

/** Consumer names of a subscription: its token and the kind of lane. */
const LANE = /^(.*)-(plain|later|retry)$/;
const NOTHING: QueueLag = { due: 0, delayed: 0, handling: 0 };

/** Register of the queues, from their records, with backlogs from their consumers. */
export class NatsQueueRegister implements SubscriptionRegister {
  constructor(private readonly services: Pick<QueueServices, 'api' | 'records' | 'streams'>) {}

  async list(): Promise<readonly DurableSubscription[]> {
    const { records, streams } = this.services;
    const [known, ...consumers] = await Promise.all([
      records.all(),
      ...Object.values(streams).map((stream: QueueStream) => this.consumersOf(stream)),
    ]);
    const lags = new Map<string, QueueLag>();
    for (const { name, num_pending: pending, num_ack_pending: unsettled } of consumers.flat()) {
      const [, token, lane] = LANE.exec(name) ?? [];
      if (token === undefined) continue;
      const { due, delayed, handling } = lags.get(token) ?? NOTHING;
      lags.set(
        token,
        // A delayed command is given back until it is due.
        lane === DELAYED_LANE
          ? { due, delayed: delayed + pending + unsettled, handling }
          : { due: due + pending, delayed, handling: handling + unsettled },
      );
    }
    return known.map(({ id, name }) => {
      const { due, delayed, handling } = lags.get(subscriptionToken(id)) ?? NOTHING;
      const lag = { due, delayed, handling, oldestDueMs: undefined };
      return { id, kind: 'command', names: [name], waiting: due + delayed + handling, lag };
    });
  }

  async drop(id: string): Promise<boolean> {
    const { records, streams } = this.services;
    // The record first: a node that subscribes meanwhile recreates everything.
    const queue = await records.forget(id);
    if (queue === undefined) return false;
    const token = subscriptionToken(id);
    for (const stream of Object.values(streams)) await this.removeConsumers(stream, token);
    await this.purge(streams.retry, token);
    await this.purge(streams.command, `*.${nameTokens(queue.name)}`);
    return true;
  }

  private async removeConsumers(stream: QueueStream, token: string): Promise<void> {
    const { api } = this.services;
    for (const { name } of await this.consumersOf(stream)) {
      if (LANE.exec(name)?.[1] !== token) continue;
      await api.call(`CONSUMER.DELETE.${stream.store.shape.name}.${name}`, {}, [
        JETSTREAM_ERROR.consumerNotFound,
      ]);
    }
  }

  private async purge({ prefix, store }: QueueStream, subject: string): Promise<void> {
    await this.services.api.call(`STREAM.PURGE.${store.shape.name}`, { filter: prefix + subject }, [
      JETSTREAM_ERROR.streamNotFound,
    ]);
  }

  /** All consumers of a stream. */
  private async consumersOf({ store }: QueueStream): Promise<ConsumerState[]> {
    const found: ConsumerState[] = [];
    for (let total = 1; found.length < total;) {
      const page = await this.services.api.call<ConsumerPage>(
        `CONSUMER.LIST.${store.shape.name}`,
        { offset: found.length },
        [JETSTREAM_ERROR.streamNotFound],
      );
      const { consumers = [] } = page ?? {};
      if (consumers === null || consumers.length === 0) break;
      found.push(...consumers);
      total = page?.total ?? 0;
    }
    return found;
  }
}
