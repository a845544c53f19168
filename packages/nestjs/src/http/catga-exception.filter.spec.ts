import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Get,
  Headers,
  Module,
  NotFoundException,
  Param,
  Post,
  Query as QueryParameter,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import type { Server, ServerResponse } from 'node:http';
import { z } from 'zod';
import { LogBook } from '../application.fixture.js';
import {
  CatgaError,
  CatgaExceptionFilter,
  CatgaMediator,
  CatgaModule,
  Command,
  Message,
  Query,
  RequestHandler,
} from '../index.js';
import type { CatgaErrorCode, IRequestHandler } from '../index.js';

@Message({ schema: z.object({ sku: z.string(), quantity: z.int().min(1) }) })
class PlaceOrder extends Command<{ readonly order: number }> {
  constructor(
    readonly sku: string,
    readonly quantity: number,
  ) {
    super();
  }
}

class FindOrder extends Query<string> {
  constructor(
    readonly id: string,
    readonly details: object = {},
  ) {
    super();
  }
}

class CloseShop extends Command {}

@RequestHandler(PlaceOrder)
class PlaceOrderHandler implements IRequestHandler<PlaceOrder> {
  private orders = 0;
  handle({ sku }: PlaceOrder): { readonly order: number } {
    if (sku === 'gold') throw new NotFoundException({ error: 'no such sku', sku });
    return { order: ++this.orders };
  }
}

@RequestHandler(FindOrder)
class FindOrderHandler implements IRequestHandler<FindOrder> {
  handle({ id, details }: FindOrder): string {
    throw new CatgaError(id as CatgaErrorCode, `it was ${id} at node-7, catga.n.node-7.1 on 10.1.2.3`, {
      details: { secret: 'inner', ...details },
    });
  }
}

@RequestHandler(CloseShop)
@UseGuards({ canActivate: () => false })
class CloseShopHandler implements IRequestHandler<CloseShop> {
  handle(): void {}
}

@Controller('orders')
class OrdersController {
  constructor(private readonly mediator: CatgaMediator) {}

  @Post()
  place(
    @Body() { sku, quantity }: { sku: string; quantity: number },
    @Headers('idempotency-key') messageId?: string,
  ): Promise<unknown> {
    return this.mediator.send(
      new PlaceOrder(sku, quantity),
      messageId === undefined ? undefined : { messageId },
    );
  }

  @Get(':id')
  find(@Param('id') id: string, @QueryParameter('details') details = '{}'): Promise<string> {
    return this.mediator.send(new FindOrder(id, JSON.parse(details) as object));
  }

  @Post('close')
  close(): Promise<void> {
    return this.mediator.send(new CloseShop());
  }
}

@Module({
  imports: [CatgaModule.forRoot()],
  controllers: [OrdersController],
  providers: [
    PlaceOrderHandler,
    FindOrderHandler,
    CloseShopHandler,
    { provide: APP_FILTER, useClass: CatgaExceptionFilter },
  ],
})
class AppModule {}

/** A real server on a free port. */
async function listen(
  adapter: AbstractHttpAdapter,
  module: Type,
  logger = new LogBook(),
): Promise<{ app: INestApplication; url: string }> {
  const app = await NestFactory.create(module, adapter, { logger, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}` };
}

describe.each<[string, () => AbstractHttpAdapter]>([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('CatgaExceptionFilter on %s', (_framework, adapter) => {
  const logger = new LogBook();
  let app: INestApplication;
  let url: string;

  beforeAll(async () => ({ app, url } = await listen(adapter(), AppModule, logger)));
  afterAll(() => app.close());

  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  it.each<[CatgaErrorCode, number]>([
    ['CATGA_VALIDATION_FAILED', 400],
    ['CATGA_NO_HANDLER', 503],
    ['CATGA_NODE_NOT_FOUND', 404],
    ['CATGA_DEAD_LETTER_NOT_FOUND', 404],
    ['CATGA_COMMAND_NOT_FOUND', 404],
    ['CATGA_SAGA_NOT_FOUND', 404],
    ['CATGA_PROJECTION_NOT_FOUND', 404],
    ['CATGA_IDEMPOTENCY_MISMATCH', 409],
    ['CATGA_PAYLOAD_TOO_LARGE', 413],
    ['CATGA_CANCELLED', 499],
    ['CATGA_RATE_LIMITED', 429],
    ['CATGA_CIRCUIT_OPEN', 503],
    ['CATGA_OVERLOADED', 503],
    ['CATGA_SHUTTING_DOWN', 503],
    ['CATGA_ENGINE_UNAVAILABLE', 503],
    ['CATGA_NODE_LOST', 503],
    ['CATGA_TIMEOUT', 504],
  ])('answers %s with %i, its code and a text that is not its own, which is logged', async (code, status) => {
    const response = await fetch(`${url}/orders/${code}`);
    expect(response.status).toBe(status);
    const body = await response.text();
    expect(JSON.parse(body)).toEqual({
      statusCode: status,
      code,
      message: expect.stringMatching(/^\w.*\.$/),
    });
    expect(body).not.toMatch(/node-7|catga\.n\.|10\.1\.2\.3|inner/);
    expect(logger.at(status < 500 ? 'debug' : 'warn').at(-1)).toContain(`it was ${code} at node-7`);
  });

  it.each([
    ['CATGA_RATE_LIMITED', { retryAfterMs: 1200 }, '2'],
    ['CATGA_CIRCUIT_OPEN', { retryAfterMs: 30_000 }, '30'],
    ['CATGA_CIRCUIT_OPEN', {}, null],
    ['CATGA_CIRCUIT_OPEN', { retryAfterMs: 'soon\r\nSet-Cookie: a=b' }, null],
    ['CATGA_OVERLOADED', {}, '1'],
    ['CATGA_SHUTTING_DOWN', {}, '1'],
    ['CATGA_TIMEOUT', {}, null],
  ])('answers %s with details %j with Retry-After %j', async (code, details, expected) => {
    const query = new URLSearchParams({ details: JSON.stringify(details) });
    const response = await fetch(`${url}/orders/${code}?${query.toString()}`);
    expect(response.headers.get('retry-after')).toBe(expected);
  });

  it.each<CatgaErrorCode>(['CATGA_SERIALIZATION', 'CATGA_CONFIGURATION', 'CATGA_UNSUPPORTED'])(
    'answers %s, which is no business of a client, with 500 and no detail, and logs it',
    async (code) => {
      const response = await fetch(`${url}/orders/${code}`);
      expect(response.status).toBe(500);
      await expect(response.text()).resolves.not.toContain(code);
      expect(logger.at('error').at(-1)).toContain(`it was ${code}`);
    },
  );

  it('answers an invalid message with 400 and every issue', async () => {
    const response = await post('/orders', { sku: 1, quantity: 0 });
    expect(response.status).toBe(400);
    await expect(response.json()).resolves.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
      issues: [{ path: 'sku' }, { path: 'quantity' }],
    });
  });

  it('answers a repeated key with the same outcome, and 409 if the body is another', async () => {
    const headers = { 'idempotency-key': 'k1' };
    const first = await (await post('/orders', { sku: 'tea', quantity: 1 }, headers)).json();
    await expect((await post('/orders', { sku: 'tea', quantity: 1 }, headers)).json()).resolves.toEqual(
      first,
    );
    const other = await post('/orders', { sku: 'tea', quantity: 2 }, headers);
    expect(other.status).toBe(409);
    await expect(other.json()).resolves.toMatchObject({ code: 'CATGA_IDEMPOTENCY_MISMATCH' });
  });

  it("leaves a handler's own HttpException alone, first time and replayed", async () => {
    const headers = { 'idempotency-key': 'k2' };
    for (const _time of ['first', 'replayed']) {
      const response = await post('/orders', { sku: 'gold', quantity: 1 }, headers);
      expect(response.status).toBe(404);
      await expect(response.json()).resolves.toEqual({ error: 'no such sku', sku: 'gold' });
    }
  });

  it('leaves what a guard of a handler refuses with alone', async () => {
    expect((await post('/orders/close', {})).status).toBe(403);
  });

  it('works as an instance that was made without an adapter', async () => {
    @Controller('alone')
    @UseFilters(new CatgaExceptionFilter())
    class AloneController {
      @Get()
      fail(): never {
        throw new CatgaError('CATGA_OVERLOADED', 'full');
      }
    }
    @Module({ controllers: [AloneController] })
    class AloneModule {}
    const alone = await listen(adapter(), AloneModule);
    const response = await fetch(`${alone.url}/alone`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    await alone.app.close();
  });

  it.each([
    ['a class', CatgaExceptionFilter],
    ['an instance', new CatgaExceptionFilter()],
  ])('ends a response that has begun (%s)', async (_what, filter) => {
    @Controller('begun')
    @UseFilters(filter)
    class BegunController {
      @Get()
      fail(@Res() { raw }: { readonly raw?: ServerResponse }, @Res() response: ServerResponse): never {
        (raw ?? response).writeHead(200, { 'content-type': 'text/plain' }).write('begun');
        throw new CatgaError('CATGA_OVERLOADED', 'full');
      }
    }
    @Module({ controllers: [BegunController] })
    class BegunModule {}
    const begun = await listen(adapter(), BegunModule);
    const response = await fetch(`${begun.url}/begun`);
    expect(response.status).toBe(200);
    await expect(response.text()).resolves.toBe('begun');
    await begun.app.close();
  });

  it('works on one controller too', async () => {
    @Controller('alone')
    @UseFilters(CatgaExceptionFilter)
    class AloneController {
      @Get()
      fail(): never {
        throw new CatgaError('CATGA_OVERLOADED', 'full');
      }
    }
    @Module({ controllers: [AloneController] })
    class AloneModule {}
    const alone = await listen(adapter(), AloneModule);
    expect((await fetch(`${alone.url}/alone`)).status).toBe(503);
    await alone.app.close();
  });
});
