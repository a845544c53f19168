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

/** Real time that running handlers get when an application with a test clock closes, in milliseconds. */
const CLOSING_MS = 1000;

/**
 * Test helper: recorded messages and failures, waiting for handlers, and the test clock.
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

  /** Requests sent by callers and handlers, in order; of one class or all. */
  sent<T extends CatgaRequest<unknown>>(type?: MessageConstructor<T>): readonly T[] {
    return this.messages('sent', type);
  }

  /** Events published or broadcast by callers and handlers, in order; of one class or all. */
  published<T extends object>(type?: MessageConstructor<T>): readonly T[] {
    return this.messages('published', type);
  }

  /** Queued commands, in order; of one class or all. */
  enqueued<T extends Command<unknown>>(type?: MessageConstructor<T>): readonly T[] {
    return this.messages('enqueued', type);
  }

  /** All sent, published and queued messages in order, each with its options; of one class or all. */
  recorded<T extends object>(type?: MessageConstructor<T>): readonly RecordedMessage<T>[] {
    return this.services.recorder.of(type);
  }

  /** Failures that reached no caller: of event handlers, of queued commands, of handlers whose caller had given up. */
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

  /** Clears recorded messages and failures, not dead letters. */
  clear(): void {
    this.services.recorder.clear();
    this.reports = [];
  }

  /**
   * Resolves once no handler is running and no due message is waiting, including messages that handlers publish and queue. Later retries
   * and delayed commands count once the clock has reached them. `CATGA_TIMEOUT`, which names the running handlers, after `withinMs` of real
   * time.
   */
  settled(options: SettleOptions = {}): Promise<void> {
    return untilSettled(this.node, this.services.running, options);
  }

  /** Clock of the node, which only the test advances. `CATGA_UNSUPPORTED` with `clock: 'system'`. */
  get clock(): TestClock {
    const { clock } = this.services;
    if (clock instanceof TestClock) return clock;
    throw new CatgaError(
      'CATGA_UNSUPPORTED',
      "The node uses the system clock: remove clock: 'system' to advance it.",
    );
  }

  /** Advances the clock by `ms` milliseconds, then waits until everything due is settled. */
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
   * Advances a test clock past the drain timeout while the node stops: otherwise `close()` would wait forever for a handler that does not
   * end.
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
