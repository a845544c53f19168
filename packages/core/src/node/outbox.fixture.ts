import { InterruptedEngine } from '@catga/compliance/fixtures';
import { Message, ReliableEvent } from '../contracts/message.js';
import { memory } from '../memory/memory-engine.js';
import { memoryOutbox } from '../memory/memory-outbox.js';
import type { CatgaOptions } from '../options/catga-options.js';
import type { Outbox, OutboxCapabilities, OutboxStore } from '../ports/outbox-store.js';
import type { TestClock } from '../time/test-clock.js';
import type { CatgaNode } from './catga-node.js';
import type { NodeServices } from './node-services.js';
import { startNode } from './running-node.fixture.js';

@ReliableEvent()
@Message({ name: 'shop.placed.v1', key: 'orderId' })
export class Placed {
  constructor(
    readonly orderId: string,
    readonly step: number,
  ) {}
}

/** A node with an outbox on an engine that goes away. */
export interface NodeWithOutbox {
  readonly node: CatgaNode;
  readonly clock: TestClock;
  readonly engine: InterruptedEngine;
  readonly handled: string[];
  /** Publishes these, one after another: 'a1' is step 1 of order a. */
  publish(...steps: string[]): Promise<void>;
}

export async function startWithOutbox(
  options: CatgaOptions & { readonly engine?: InterruptedEngine } = {},
  services: Partial<NodeServices> = {},
): Promise<NodeWithOutbox> {
  const { engine = new InterruptedEngine(memory()), outbox = memoryOutbox() } = options;
  const handled: string[] = [];
  const { node, clock } = await startNode(
    (it) =>
      it.handleEvent(Placed, (event) => {
        const { orderId, step } = event as Placed;
        handled.push(`${orderId}${step}`);
      }),
    { ...options, engine, outbox },
    services,
  );
  return {
    node,
    clock,
    engine,
    handled,
    async publish(...steps) {
      for (const step of steps)
        await node.mediator.publish(new Placed(step.charAt(0), Number(step.slice(1))), { messageId: step });
    },
  };
}

/** A memory outbox whose members a test replaces, and which says of itself what a test wants. */
export function alteredOutbox(
  alter: (store: OutboxStore) => Partial<OutboxStore>,
  capabilities: Partial<OutboxCapabilities> = {},
): Outbox {
  const inner = memoryOutbox();
  return {
    name: 'altered',
    capabilities: { ...inner.capabilities, ...capabilities },
    async open(client) {
      const store = await inner.open(client);
      return Object.assign(Object.create(store) as OutboxStore, alter(store));
    },
  };
}

/** A logger that keeps what operators read. */
export class Diary {
  readonly lines: string[] = [];
  readonly logger = {
    debug: (): void => {},
    log: (text: string): void => void this.lines.push(text),
    warn: (text: string): void => void this.lines.push(text),
    error: (text: string): void => void this.lines.push(text),
  };
}
