import { orderMessages } from '../order-messages.js';

/** The sources of the template `cluster`, by path. */
export const clusterSources = (engine: 'nats' | 'redis'): Record<string, string> => ({
  'contracts.ts': orderMessages('{ orderId: string; shelf: string }', reserveStockCommand),
  'node-options.ts': nodeOptions(engine),
  'gateway/orders.controller.ts': controller,
  'gateway/gateway.module.ts': gatewayModule,
  'gateway/main.ts': main('gateway', 'GatewayModule', true),
  'orders/place-order.handler.ts': placeOrder,
  'orders/orders.module.ts': serviceModule('OrdersModule', [['PlaceOrderHandler', 'place-order.handler']]),
  'orders/main.ts': main('orders', 'OrdersModule', false),
  'stock/reserve-stock.handler.ts': reserveStock,
  'stock/ship-order.handler.ts': shipOrder,
  'stock/stock.module.ts': serviceModule('StockModule', [
    ['ReserveStockHandler', 'reserve-stock.handler'],
    ['ShipOrderHandler', 'ship-order.handler'],
  ]),
  'stock/main.ts': main('stock', 'StockModule', false),
  'cluster.spec.ts': spec,
});

const reserveStockCommand = `
@Message({ name: 'stock.reserve.v1' })
export class ReserveStock extends Command<{ shelf: string }> {
  constructor(readonly sku: string) {
    super();
  }
}
`;

const nodeOptions = (engine: 'nats' | 'redis'): string => `import { ${engine} } from '@catga/${engine}';

const url = process.env.${engine === 'nats' ? 'NATS_URL' : 'REDIS_URL'} ?? '${engine === 'nats' ? 'nats://localhost:4222' : 'redis://localhost:6379'}';

/** Replicas of a service share its name. */
export const nodeOptions = (service: string) => ({ engine: ${engine}(url), service });
`;

const controller = `import { Body, Controller, Headers, Post } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import { PlaceOrder } from '../contracts.js';

@Controller('orders')
export class OrdersController {
  constructor(private readonly mediator: CatgaMediator) {}

  /** A client that repeats a request with its key gets the same order. */
  @Post()
  place(@Body('sku') sku: string, @Headers('idempotency-key') key?: string) {
    return this.mediator.send(new PlaceOrder(sku), key ? { messageId: \`place-order/\${key}\` } : {});
  }
}
`;

const gatewayModule = `import { Module } from '@nestjs/common';
import { OrdersController } from './orders.controller.js';

@Module({ controllers: [OrdersController] })
export class GatewayModule {}
`;

const main = (
  service: string,
  module: string,
  isHttp: boolean,
): string => `import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CatgaModule } from '@catga/nestjs';
import { nodeOptions } from '../node-options.js';
import { ${module} } from './${service}.module.js';

@Module({ imports: [CatgaModule.forRoot(nodeOptions('${service}')), ${module}] })
class Node {}

const app = await NestFactory.${isHttp ? 'create' : 'createApplicationContext'}(Node);
app.enableShutdownHooks(); // SIGTERM waits for running handlers
${isHttp ? 'await app.listen(process.env.PORT ?? 3000);\n' : ''}`;

const serviceModule = (
  module: string,
  handlers: readonly (readonly [string, string])[],
): string => `import { Module } from '@nestjs/common';
${handlers.map(([handler, file]) => `import { ${handler} } from './${file}.js';`).join('\n')}

@Module({ providers: [${handlers.map(([handler]) => handler).join(', ')}] })
export class ${module} {}
`;

const placeOrder = `import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import { OrderPlaced, PlaceOrder, ReserveStock } from '../contracts.js';

@RequestHandler(PlaceOrder)
export class PlaceOrderHandler implements IRequestHandler<PlaceOrder> {
  async handle({ sku }: PlaceOrder, context: MessageContext) {
    const { shelf } = await context.send(new ReserveStock(sku)); // wherever its handler is
    const orderId = \`\${sku}-\${context.messageId}\`;
    await context.publish(new OrderPlaced(orderId));
    return { orderId, shelf };
  }
}
`;

const reserveStock = `import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler } from '@catga/nestjs';
import { ReserveStock } from '../contracts.js';

@RequestHandler(ReserveStock)
export class ReserveStockHandler implements IRequestHandler<ReserveStock> {
  async handle({ sku }: ReserveStock) {
    return { shelf: \`shelf of \${sku}\` };
  }
}
`;

const shipOrder = `import { Injectable, Logger } from '@nestjs/common';
import { EventHandler } from '@catga/nestjs';
import type { IEventHandler } from '@catga/nestjs';
import { OrderPlaced } from '../contracts.js';

@Injectable()
@EventHandler(OrderPlaced)
export class ShipOrderHandler implements IEventHandler<OrderPlaced> {
  private readonly logger = new Logger(ShipOrderHandler.name);
  readonly shipped: string[] = [];

  async handle({ orderId }: OrderPlaced): Promise<void> {
    this.logger.log(\`\${orderId} is on its way\`);
    this.shipped.push(orderId);
  }
}
`;

const spec = `import { Test } from '@nestjs/testing';
import { CatgaMediator, CatgaModule, MemoryNetwork } from '@catga/nestjs';
import { PlaceOrder } from './contracts.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { ShipOrderHandler } from './stock/ship-order.handler.js';
import { StockModule } from './stock/stock.module.js';

describe('the cluster', () => {
  it('places an order over three nodes', async () => {
    const network = new MemoryNetwork();
    const start = async (service: string, module: new () => object) => {
      const node = await Test.createTestingModule({
        imports: [CatgaModule.forRoot({ engine: network, service, nodeId: \`\${service}-1\` }), module],
      }).compile();
      return node.init();
    };
    const stock = await start('stock', StockModule);
    const orders = await start('orders', OrdersModule);
    const gateway = await start('gateway', GatewayModule);

    const { orderId, shelf } = await gateway.get(CatgaMediator).send(new PlaceOrder('tea'));

    expect(shelf).toBe('shelf of tea');
    await vi.waitFor(() => expect(stock.get(ShipOrderHandler).shipped).toEqual([orderId]));
    for (const node of [gateway, orders, stock]) await node.close();
  });
});
`;
