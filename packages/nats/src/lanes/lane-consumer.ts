import { randomUUID } from 'node:crypto';
import { createInbox } from '@nats-io/transport-node';
import { JETSTREAM_ERROR } from '../connection/broker-errors.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientMessage, ClientSubscription } from '../connection/client-connection.js';
import { readAckSubject } from '../jetstream/ack-subject.js';
import { toJson } from '../jetstream/jetstream-api.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { LaneStream } from './lane-stream.js';

/** Services for reading lanes. */
export interface LaneReadServices {
  readonly session: BrokerSession;
  readonly api: JetStreamApi;
  readonly inboxPrefix: string | undefined;
}

/** Callbacks of a consumer. */
export interface LaneConsumerListener {
  /** @param pending number of frames after this one */
  frame(position: number, bytes: Uint8Array, pending: number): void;
  /** No frames arrived for a while, or the pull request has ended. */
  idle(): void;
  /** The consumer is gone, or has skipped a frame: a new one is needed. */
  ended(): void;
}

/** Frames per pull request. The next request is sent when half of them have arrived. */
const FRAMES = 128;
/** Minimum bytes per pull request. */
const BYTES = 2 * 1024 * 1024;
/** Maximum size of a frame's subject and headers, in bytes. */
const ENVELOPE_BYTES = 4096;
const SECOND_NS = 1_000_000_000;
/** Interval of the server's idle heartbeats, in milliseconds. */
export const HEARTBEAT_MS = 4000;
/** Expiry of a pull request. */
const EXPIRES_NS = 60 * SECOND_NS;
/** Inactivity after which the server deletes a consumer, for example of a killed node or after a long pause. */
const INACTIVE_NS = 30 * SECOND_NS;
const REQUEST_TIMEOUT = 408;
const CONFLICT = 409;
const IDLE_HEARTBEAT = 100;
const PENDING_MESSAGES = 'Nats-Pending-Messages';

/**
 * One consumer of a lane, in memory and without acknowledgements (JetStream wire API: `CONSUMER.CREATE`, `CONSUMER.MSG.NEXT`): delivers
 * requested frames from a position on.
 */
export class LaneConsumer {
  /** Whether anything arrived since this was last reset. */
  wasHeard = true;
  private readonly name = `lane-${randomUUID()}`;
  private readonly inbox: string;
  private readonly subscription: ClientSubscription;
  /** Number of requested frames that have not arrived. */
  private outstanding = 0;
  private delivered = 0;
  private bytes: number;
  private cameSinceConflict = true;
  private isEnded = false;

  constructor(
    private readonly stream: LaneStream,
    private readonly services: LaneReadServices,
    private readonly listener: LaneConsumerListener,
  ) {
    const { session, inboxPrefix } = services;
    this.bytes = Math.max(BYTES, session.maxPayloadBytes + ENVELOPE_BYTES);
    this.inbox = createInbox(inboxPrefix);
    this.subscription = session.subscribe(this.inbox, (message) => this.received(message));
  }

  /** Whether frames are requested. */
  get isAsking(): boolean {
    return this.outstanding > 0;
  }

  /** Creates the consumer. Resolves with the number of frames from the position on; undefined if the stream does not exist. */
  async make(position: number): Promise<number | undefined> {
    const { name: stream } = this.stream;
    const config = {
      name: this.name,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: position,
      ack_policy: 'none',
      replay_policy: 'instant',
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: INACTIVE_NS,
    };
    const made = await this.services.api.call<{ readonly num_pending?: number }>(
      `CONSUMER.CREATE.${stream}.${this.name}`,
      { stream_name: stream, config },
      [JETSTREAM_ERROR.streamNotFound],
    );
    return made && (made.num_pending ?? 0);
  }

  /** Requests more frames if few are outstanding. */
  ask(): void {
    if (this.isEnded || this.outstanding > FRAMES / 2) return;
    const { name: stream } = this.stream;
    const wanted = {
      batch: FRAMES,
      max_bytes: this.bytes,
      expires: EXPIRES_NS,
      idle_heartbeat: (HEARTBEAT_MS / 1000) * SECOND_NS,
    };
    this.outstanding += FRAMES;
    this.wasHeard = true;
    try {
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${this.name}`;
      this.services.session.publish(subject, toJson(wanted), { reply: this.inbox });
    } catch {
      this.listener.ended();
    }
  }

  /** Stops, and deletes the consumer without waiting for the reply. */
  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    const { session, api } = this.services;
    if (session.isClosed) return;
    this.subscription.unsubscribe();
    const subject = `$JS.API.CONSUMER.DELETE.${this.stream.name}.${this.name}`;
    if (session.isUp) void api.requests.ask(subject, new Uint8Array(0)).catch(() => {});
  }

  private received({ reply, data, headers }: ClientMessage): void {
    if (this.isEnded) return;
    this.wasHeard = true;
    const place = readAckSubject(reply);
    if (place === undefined) return this.told(headers);
    if (place.consumerSequence !== ++this.delivered) return this.listener.ended();
    this.outstanding--;
    this.cameSinceConflict = true;
    this.listener.frame(place.sequence, data, place.pending);
  }

  /** Handles a status message of the server. */
  private told(headers: ClientMessage['headers']): void {
    const code = headers?.code ?? 0;
    if (code === IDLE_HEARTBEAT) return this.listener.idle();
    const left = headers?.get(PENDING_MESSAGES) ?? '';
    if ((code !== REQUEST_TIMEOUT && code !== CONFLICT) || left === '') return this.listener.ended();
    if (code === CONFLICT) {
      // The next frame is larger than the requested bytes.
      if (!this.cameSinceConflict) this.bytes *= 2;
      this.cameSinceConflict = false;
    }
    this.outstanding = Math.max(0, this.outstanding - Number(left));
    this.listener.idle();
  }
}
