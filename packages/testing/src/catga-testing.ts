import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CatgaError, CatgaNode } from '@catga/core';
import type {
  CatgaRequest,
  Command,
  DeadLetter,
  DeadLetterFilter,
  FailureReport,
  MessageConstructor,
} from '@catga/core';
import { TestClock } from '@catga/core/engine';
import type { RecordedMessage } from './message-recorder.js';
import { afterRealTime } from './real-time.js';
import { untilSettled } from './settling.js';
import type { SettleOptions } from './settling.js';
import { TestServices } from './test-services.js';

/** How much real time handlers have to end before a closing application with a still clock gives up on them. */
const CLOSING_MS = 1000;

/**
 * What a test asks and does: which messages were handed over, what failed, to wait for handlers, to move the clock.
 *
 * @example
 * const testing = module.get(CatgaTesting);
 * await mediator.send(new PlaceOrder('c1'));
 * await testing.settled();
 * expect(testing.published(OrderPlaced)).toEqual([new OrderPlaced('c1')]);
 * @publicApi
 */
@Injectable()
export class CatgaTesting implements OnModuleInit, OnApplicationBootstrap {
  private initialised: CatgaNode | undefined;
  private reports: FailureReport[] = [];

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly services: TestServices,
  ) {}

  /** The requests that were sent, by callers and by handlers, in order; of one class or all. */
  sent<T extends CatgaRequest<unknown>>(type?: MessageConstructor<T>): readonly T[] {
    return this.messages('sent', type);
  }

  /** The events that were published or broadcast, by callers and by handlers, in order; of one class or all. */
  published<T extends object>(type?: MessageConstructor<T>): readonly T[] {
    return this.messages('published', type);
  }

  /** The commands that were queued, in order; of one class or all. */
  enqueued<T extends Command<unknown>>(type?: MessageConstructor<T>): readonly T[] {
    return this.messages('enqueued', type);
  }

  /** Sent, published and queued messages in one order, each with its options; of one class or all. */
  recorded<T extends object>(type?: MessageConstructor<T>): readonly RecordedMessage<T>[] {
    return this.services.recorder.of(type);
  }

  /** The failures that no caller saw: of event handlers, of queued commands, of handlers whose caller had given up. */
  get failures(): readonly FailureReport[] {
    return this.reports;
  }

  /** All dead letters that match, oldest first. Inject `CatgaDeadLetters` to redrive or drop them. */
  async deadLetters(filter?: DeadLetterFilter): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    let after: string | undefined;
    do {
      const page = await this.node.deadLetters.list(filter, { after });
      letters.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    return letters;
  }

  /** Forgets what was recorded and what failed so far. Dead letters stay. */
  clear(): void {
    this.services.recorder.clear();
    this.reports = [];
  }

  /**
   * Resolves once nothing runs and nothing that is due now waits, what handlers publish and queue included. What is to
   * happen later (retries, delayed commands) does not count until the clock is there.
   * `CATGA_TIMEOUT`, naming what still runs, if that takes longer than `withinMs` of real time.
   */
  settled(options: SettleOptions = {}): Promise<void> {
    return untilSettled(this.node, this.services.running, options);
  }

  /** The clock of the node, which stands still until a test moves it. `CATGA_UNSUPPORTED` with `clock: 'system'`. */
  get clock(): TestClock {
    const { clock } = this.services;
    if (clock instanceof TestClock) return clock;
    throw new CatgaError(
      'CATGA_UNSUPPORTED',
      "The clock is the machine's: leave out clock: 'system' to move it.",
    );
  }

  /** Lets `ms` milliseconds pass, then waits until what fell due is settled. */
  async advance(ms: number, options?: SettleOptions): Promise<void> {
    await this.clock.advance(ms);
    await this.settled(options);
  }

  onModuleInit(): void {
    const node = this.moduleRef.get<CatgaNode>(CatgaNode, { strict: false });
    node.failures.subscribe((report) => this.reports.push(report));
    this.initialised = node;
  }

  onApplicationBootstrap(): void {
    if (this.services.clock instanceof TestClock) void this.giveUpInTime(this.node, this.services.clock);
  }

  private get node(): CatgaNode {
    if (this.initialised !== undefined) return this.initialised;
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      'The application is not initialised: await module.init() first.',
    );
  }

  private messages<T extends object>(
    how: RecordedMessage['how'],
    type: MessageConstructor<T> | undefined,
  ): readonly T[] {
    return this.recorded(type).flatMap((record) => (record.how === how ? [record.message] : []));
  }

  /**
   * A node that stops waits for its handlers by its clock. Where nobody moves that, `close()` would hang with a handler
   * that does not end: this moves it past the drain timeout.
   */
  private async giveUpInTime({ mediator, options }: CatgaNode, clock: TestClock): Promise<void> {
    let callOff = (): void => {};
    for await (const { type, node } of mediator.watchNodes()) {
      if (type !== 'left' || node.nodeId !== options.nodeId) continue;
      const giveUp = (): void => void clock.advance(options.shutdown.drainTimeoutMs);
      callOff = afterRealTime(CLOSING_MS, giveUp);
    }
    callOff();
  }
}
