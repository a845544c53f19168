import 'reflect-metadata';
import { CatgaNode, Command, Message, ReliableEvent } from '@catga/nestjs';
import type { CatgaOptions, MessageContext } from '@catga/nestjs';
import { MemoryNetwork } from '@catga/core';
import { TestClock } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import { CatgaSagas, On, OnFailure, OnResult, OnTimeout, Saga, StartedBy, minutes } from './index.js';
import type { SagaContext, SagaInfo } from './index.js';
import { SagaHost } from './saga-host.js';
import { answerTools } from './saga-questions.js';
import type { SagaClass } from './definition/saga-definition.js';

@ReliableEvent()
@Message({ name: 'shop.placed' })
export class OrderPlaced {
  constructor(
    readonly orderId: string,
    readonly cents: number,
  ) {}
}

@ReliableEvent()
@Message({ name: 'shop.paid' })
export class Paid {
  constructor(
    readonly orderId: string,
    readonly part = 0,
  ) {}
}

@ReliableEvent()
@Message({ name: 'shop.fulfilled' })
export class Fulfilled {
  constructor(readonly orderId: string) {}
}

export interface Reservation {
  readonly shelf: string;
}

@Message({ name: 'shop.reserve' })
export class ReserveStock extends Command<Reservation> {
  constructor(readonly orderId: string) {
    super();
  }
}

@Message({ name: 'shop.release' })
export class ReleaseStock extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

export class Declined extends Error {
  readonly retryable = false;
}

@Message({ name: 'shop.charge' })
export class Charge extends Command<string> {
  constructor(
    readonly orderId: string,
    readonly cents: number,
  ) {
    super();
  }
}

@Message({ name: 'shop.refund' })
export class Refund extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

export interface FulfilmentState {
  readonly orderId: string;
  readonly cents: number;
  shelf?: string;
  charged?: boolean;
  parts: number[];
}

/** What was paid, in the order it was handled. */
export function partsOf(saga: SagaInfo | undefined): readonly number[] {
  return (saga?.state as FulfilmentState | undefined)?.parts ?? [];
}

/** Reserve, charge, wait for the payment to arrive. */
@Saga({ name: 'shop.fulfilment' })
export class Fulfilment {
  @StartedBy(OrderPlaced, (event) => event.orderId)
  start(event: OrderPlaced, saga: SagaContext<FulfilmentState>): void {
    saga.state = { orderId: event.orderId, cents: event.cents, parts: [] };
    saga.send(new ReserveStock(event.orderId), { undo: new ReleaseStock(event.orderId) });
    saga.timeout('payment', minutes(15));
  }

  @OnResult(ReserveStock)
  reserved(result: Reservation, saga: SagaContext<FulfilmentState>): void {
    const { orderId, cents } = saga.state;
    saga.state.shelf = result.shelf;
    saga.send(new Charge(orderId, cents), { undo: new Refund(orderId) });
  }

  @OnResult(Charge)
  charged(_receipt: string, saga: SagaContext<FulfilmentState>): void {
    saga.state.charged = true;
  }

  @OnFailure(Charge)
  declined(error: Error, saga: SagaContext<FulfilmentState>): void {
    saga.compensate(error.message);
  }

  @On(Paid, (event) => event.orderId)
  paid(event: Paid, saga: SagaContext<FulfilmentState>): void | Promise<void> {
    saga.state.parts.push(event.part);
    if (event.part > 0) return;
    saga.publish(new Fulfilled(event.orderId));
    saga.complete();
  }

  @OnTimeout('payment')
  late(saga: SagaContext<FulfilmentState>): void {
    saga.compensate('late');
  }
}

/** Is forgotten a second after its end. */
@Saga({ name: 'shop.brief', keepMs: 1000 })
export class BriefFulfilment extends Fulfilment {}

/** What the services of the shop did, in order. */
export class Shop {
  readonly ledger: string[] = [];
  /** Called before each command: what it throws is the command's error. */
  before: (what: string, context: MessageContext) => void | Promise<void> = () => {};

  /** Registers its handlers with a node. */
  serve(
    node: CatgaNode,
    ...messages: readonly (typeof ReserveStock | typeof Charge | typeof ReleaseStock | typeof Refund)[]
  ): void {
    const all = messages.length > 0 ? messages : [ReserveStock, Charge, ReleaseStock, Refund];
    for (const message of all) {
      node.handleRequest(message, async (command, context) => {
        const { orderId } = command as { readonly orderId: string };
        const what = `${message.name} ${orderId}`;
        await this.before(what, context);
        this.ledger.push(what);
        return message === ReserveStock ? { shelf: 'A1' } : message === Charge ? 'receipt' : undefined;
      });
    }
    node.handleEvent(
      Fulfilled,
      (event) => void this.ledger.push(`Fulfilled ${(event as Fulfilled).orderId}`),
    );
  }
}

const BEAT_MS = 4000;

/** Nodes of a shop on one network and one clock. */
export class TestShop {
  readonly shop = new Shop();
  readonly nodes = new Map<string, ShopNode>();

  constructor(
    readonly network: CatgaOptions['engine'] = new MemoryNetwork(),
    private readonly time: Clock = new TestClock(),
  ) {}

  get clock(): TestClock {
    if (this.time instanceof TestClock) return this.time;
    throw new TypeError('The clock of this shop is not moved.');
  }

  /** Starts a node with the sagas and the services of the shop. */
  async start(
    nodeId: string,
    sagas: readonly SagaClass[] = [Fulfilment],
    {
      serve = (node) => this.shop.serve(node),
      store,
      ...options
    }: CatgaOptions & { serve?(node: CatgaNode): void; readonly store?: 'engine' | 'outbox' } = {},
  ): Promise<ShopNode> {
    const node = new CatgaNode(
      {
        engine: this.network,
        nodeId,
        service: 'shop',
        retry: { initialDelayMs: 100, maxAttempts: 3, jitter: false },
        ...options,
      },
      { clock: this.time },
    );
    const host = new SagaHost(() => node, store);
    const problems = sagas.flatMap((target) =>
      host.add({ target, location: 'test', instanceFor: () => new (target as new () => object)() }),
    );
    serve(node);
    const started = { node, host, sagas: new CatgaSagas(host) };
    answerTools(node, started.sagas);
    await node.init(problems);
    await node.start();
    this.nodes.set(nodeId, started);
    return started;
  }

  /** Lets time pass, with heartbeats. */
  async pass(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= BEAT_MS) {
      await this.clock.advance(Math.min(BEAT_MS, leftMs));
      for (const { node } of this.nodes.values()) if (node.isOpen) void node.beat().catch(() => {});
    }
  }

  async stop(): Promise<void> {
    if (this.network instanceof MemoryNetwork) this.network.restore();
    const stopped = Promise.all([...this.nodes.values()].map(({ node }) => node.stop().catch(() => {})));
    await this.clock.advance(60_000);
    await stopped;
  }
}

/** A node with sagas. */
export interface ShopNode {
  readonly node: CatgaNode;
  readonly host: SagaHost;
  readonly sagas: CatgaSagas;
}
