import { randomUUID } from 'node:crypto';
import type { CatgaResult } from '../contracts/result.js';
import { CatgaError } from '../errors/catga-error.js';
import { joinedKey } from '../ids/joined-key.js';
import type { IdempotencyStore } from '../ports/idempotency-store.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import type { Timetable } from '../time/timetable.js';
import type { IdempotencyOptions } from './idempotent-execution.js';
import type { OutcomeCodec } from './outcome-codec.js';
import type { UntilTaken } from './until-taken.js';

/** Polling delays of a missing outcome, in milliseconds: the delay doubles. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 2000;

/** Outcomes of queued commands in the idempotency store, in a key space of their own. */
export class QueuedOutcomes {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly options: IdempotencyOptions,
    private readonly codec: OutcomeCodec,
    private readonly timetable: Timetable,
    private readonly writes: UntilTaken,
  ) {}

  /**
   * Records how a command ended, for as long as the store is away too. The first end stays: a repetition, or a dead letter
   * that is tried again, changes nothing.
   */
  async record(command: MessageIdentity, end: CatgaResult<unknown>): Promise<void> {
    const { leaseMs } = this.options;
    const { name } = command;
    const key = keyOf(command);
    const mark = randomUUID();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = nextPause(pauseMs)) {
      const claim = await this.writes.run(() => this.store.claim(key, name, leaseMs, mark));
      if (claim.state === 'claimed') {
        if (await this.complete(key, claim.token, name, end)) return;
      } else if (claim.state !== 'running') return;
      await this.pause(pauseMs); // Another delivery of it is being recorded, or was when its node died.
    }
  }

  /** Whether a success is recorded. */
  async hasSucceeded(command: MessageIdentity): Promise<boolean> {
    const outcome = await this.writes.run(() => this.store.find(keyOf(command)));
    return outcome?.ok === true;
  }

  /** Recorded outcome; undefined if there is none yet, it is not kept, or it has expired. */
  async find(command: MessageIdentity): Promise<CatgaResult<unknown> | undefined> {
    const outcome = await this.store.find(keyOf(command));
    return outcome && this.codec.decode(command.name, outcome);
  }

  /** Waits for the outcome, until the wait is cancelled. */
  async await(command: MessageIdentity, isAwaited: () => boolean): Promise<CatgaResult<unknown> | undefined> {
    for (let pauseMs = FIRST_PAUSE_MS; isAwaited(); pauseMs = nextPause(pauseMs)) {
      const outcome = await this.find(command).catch(whileAway);
      if (outcome !== undefined) return outcome;
      await this.pause(pauseMs);
    }
    return undefined;
  }

  private async complete(
    key: string,
    token: number,
    name: string,
    end: CatgaResult<unknown>,
  ): Promise<boolean> {
    const { ttlMs } = this.options;
    const complete = (outcome: CatgaResult<unknown>): Promise<boolean> =>
      this.writes.run(() =>
        this.store.complete(key, token, this.codec.encode(name, outcome).recorded, ttlMs),
      );
    try {
      return await complete(end);
    } catch (thrown) {
      // Too large for the engine: that error is the outcome, because the effect has happened.
      if (!(thrown instanceof CatgaError) || thrown.code !== 'CATGA_PAYLOAD_TOO_LARGE') throw thrown;
      return complete({ ok: false, error: thrown });
    }
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.timetable.after(delayMs, resolve));
  }
}

/** The broker may be away for a while; whoever waits has said for how long. */
function whileAway(thrown: unknown): undefined {
  if (!(thrown instanceof CatgaError) || thrown.code !== 'CATGA_ENGINE_UNAVAILABLE') throw thrown;
}

/** Records of requests, which callers give ids to, begin with another word. */
function keyOf({ name, messageId }: MessageIdentity): string {
  return joinedKey('queued', name, messageId);
}

function nextPause(pauseMs: number): number {
  return Math.min(2 * pauseMs, LAST_PAUSE_MS);
}
