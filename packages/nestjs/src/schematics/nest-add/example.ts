import { withDeclaration, withImport } from '../module-source.js';
import { catgaRange } from '../nest-project.js';
import type { NestProject } from '../nest-project.js';
import { orderMessages } from '../order-messages.js';
import type { NestAddOptions } from './options.js';

/** A command, its handler, a controller that sends it, and the handler's test, wired into the application's module. */
export function addExample(project: NestProject, options: NestAddOptions, notes: string[]): void {
  if (project.hasFolder('orders')) {
    notes.push(`The folder ${project.sourceRoot}/orders exists already: no example was added.`);
    return;
  }
  const at = (file: string) => project.specifier('orders/x', `orders/${file}`);
  project.depend({ '@catga/testing': catgaRange }, 'devDependencies');
  project.addSource('orders/place-order.ts', orderMessages('{ orderId: string }'));
  project.addSource('orders/place-order.handler.ts', handler(at, options));
  project.addSource('orders/place-order.handler.spec.ts', spec(at, options));
  project.addSource('orders/orders.controller.ts', controller(at));

  const root = project.rootModule;
  const from = (file: string) => project.specifier(root, `orders/${file}`);
  let source = project.source(root) ?? '';
  source = withImport(source, ['OrdersController'], from('orders.controller'));
  source = withImport(source, ['PlaceOrderHandler'], from('place-order.handler'));
  source = withDeclaration(source, 'controllers', 'OrdersController');
  project.rewriteSource(root, withDeclaration(source, 'providers', 'PlaceOrderHandler'));
}

type At = (file: string) => string;

const handler = (at: At, { sql }: NestAddOptions): string => `import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import { OrderPlaced, PlaceOrder } from '${at('place-order')}';

${sql ? '/** Its writes through `database` and its events commit together. */\n@RequestHandler(PlaceOrder, { transaction: true })' : '@RequestHandler(PlaceOrder)'}
export class PlaceOrderHandler implements IRequestHandler<PlaceOrder> {
  async handle({ sku }: PlaceOrder, context: MessageContext): Promise<{ orderId: string }> {
    const orderId = \`\${sku}-\${context.messageId}\`;
    await context.publish(new OrderPlaced(orderId));
    return { orderId };
  }
}
`;

const controller = (at: At): string => `import { Body, Controller, Post } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import { PlaceOrder } from '${at('place-order')}';

@Controller('orders')
export class OrdersController {
  constructor(private readonly mediator: CatgaMediator) {}

  @Post()
  place(@Body('sku') sku: string): Promise<{ orderId: string }> {
    return this.mediator.send(new PlaceOrder(sku));
  }
}
`;

const spec = (at: At, { sql }: NestAddOptions): string => `import { Test } from '@nestjs/testing';
import { CatgaMediator${sql ? ', memoryOutbox' : ''} } from '@catga/nestjs';
import { CatgaTesting, CatgaTestingModule } from '@catga/testing';
import { PlaceOrderHandler } from '${at('place-order.handler')}';
import { OrderPlaced, PlaceOrder } from '${at('place-order')}';

describe('PlaceOrderHandler', () => {
  it('places an order and publishes that', async () => {
    const module = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot(${sql ? '{ outbox: memoryOutbox({ transactions: true }) }' : ''})],
      providers: [PlaceOrderHandler],
    }).compile();
    await module.init();
    const testing = module.get(CatgaTesting);

    const { orderId } = await module.get(CatgaMediator).send(new PlaceOrder('tea'));
    await testing.settled();

    expect(testing.published(OrderPlaced)).toEqual([new OrderPlaced(orderId)]);
    await module.close();
  });
});
`;
