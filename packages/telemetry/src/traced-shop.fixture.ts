import { context, propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { CatgaNode, Command, ReliableEvent } from '@catga/core';
import type { CatgaOptions, Engine, MessageContext, MessageTracer } from '@catga/core';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { OtlpReceiver } from './otlp-receiver.fixture.js';

export class PlaceOrder extends Command<string> {
  constructor(readonly orderId: string) {
    super();
  }
}

export class PackOrder extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

@ReliableEvent()
export class OrderShipped {
  constructor(readonly orderId: string) {}
}

/** Waits for what a broker brings. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

/** The SDK as an application registers it, and what receives its spans. */
export class TracingSdk {
  private constructor(
    readonly receiver: OtlpReceiver,
    private readonly provider: NodeTracerProvider,
  ) {}

  static async start(): Promise<TracingSdk> {
    const receiver = await OtlpReceiver.start();
    const exporter = new OTLPTraceExporter({ url: receiver.url });
    const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    provider.register();
    return new TracingSdk(receiver, provider);
  }

  /** All spans that have ended are with the receiver then. */
  async flush(): Promise<OtlpReceiver> {
    await this.provider.forceFlush();
    return this.receiver;
  }

  async stop(): Promise<void> {
    await this.provider.shutdown();
    await this.receiver.stop();
    trace.disable();
    context.disable();
    propagation.disable();
  }
}

/** What the handlers of a shop do besides. */
export interface ShopWork {
  pack?(context: MessageContext): Promise<unknown>;
  mail?(context: MessageContext): Promise<unknown>;
}

/** Four nodes: a gateway with an HTTP server, and one for each step of an order. */
export class TracedShop {
  private constructor(
    readonly gateway: CatgaNode,
    private readonly nodes: readonly CatgaNode[],
    private readonly mailed: readonly string[],
    private readonly server: Server,
  ) {}

  static async start(
    engineOf: () => Engine,
    tracer: () => MessageTracer,
    work: ShopWork = {},
    options: CatgaOptions = {},
  ): Promise<TracedShop> {
    const node = (service: string): CatgaNode =>
      new CatgaNode({ ...options, engine: engineOf(), service, telemetry: [tracer()] });
    const gateway = node('gateway');
    const mailed: string[] = [];
    const orders = node('orders').handleRequest(PlaceOrder, async (order, to) => {
      const { orderId } = order as PlaceOrder;
      await to.enqueue(new PackOrder(orderId));
      return `placed ${orderId}`;
    });
    const warehouse = node('warehouse').handleRequest(PackOrder, async (order, to) => {
      const { orderId } = order as PackOrder;
      await work.pack?.(to);
      await to.publish(new OrderShipped(orderId));
    });
    const mail = node('mail').handleEvent(
      OrderShipped,
      async (order, to) => {
        const { orderId } = order as OrderShipped;
        await work.mail?.(to);
        mailed.push(orderId);
      },
      { name: 'SendMail' },
    );
    const nodes = [mail, warehouse, orders, gateway];
    for (const one of nodes) {
      await one.init();
      await one.start();
    }
    await until(() => nodes.every(({ mediator }) => mediator.nodes().length === nodes.length));
    return new TracedShop(gateway, nodes, mailed, await serve(gateway));
  }

  /** Places an order by HTTP, as part of a client's trace, and waits until it was mailed. */
  async order(orderId: string, traceparent: string): Promise<string> {
    const { port } = this.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/orders/${orderId}`, {
      method: 'POST',
      headers: { traceparent },
    });
    const answer = await response.text();
    await this.mailedOf(orderId);
    return answer;
  }

  /** Resolves once an order was mailed. */
  mailedOf(orderId: string): Promise<void> {
    return until(() => this.mailed.includes(orderId));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    for (const node of this.nodes) await node.stop();
  }
}

/** Serves HTTP as an instrumented application does. */
async function serve({ mediator }: CatgaNode): Promise<Server> {
  const tracer = trace.getTracer('http');
  const server = createServer((request, response) => {
    const client = propagation.extract(context.active(), request.headers);
    tracer.startActiveSpan('POST /orders/:id', {}, client, (span) => {
      const orderId = (request.url ?? '').split('/').at(-1) ?? '';
      mediator.send(new PlaceOrder(orderId)).then(
        (answer) => {
          response.end(answer);
          span.end();
        },
        (thrown: unknown) => {
          response.writeHead(500).end(String(thrown));
          span.end();
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
