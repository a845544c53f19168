import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, HttpException, Module, UseFilters } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ClientTCP, MessagePattern, Transport } from '@nestjs/microservices';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { lastValueFrom } from 'rxjs';
import { LogBook, start } from '../application.fixture.js';
import { CatgaError, CatgaExceptionFilter, CatgaMediator, Query, RequestHandler } from '../index.js';

const FULL = new CatgaError('CATGA_OVERLOADED', '9 requests are unanswered at node-7.');
const BODY = {
  status: 'error',
  code: 'CATGA_OVERLOADED',
  message: 'The service is overloaded.',
  retryable: true,
  retryAfterMs: 1000,
};

/** What a filter gets in a context of some type. */
function hostOf(type: string, ...args: unknown[]): ExecutionContextHost {
  const host = new ExecutionContextHost(args);
  host.setType(type);
  return host;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('CatgaExceptionFilter outside HTTP', () => {
  const filter = new CatgaExceptionFilter();
  let app: INestApplicationContext | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('answers the caller of a microservice', async () => {
    @Controller()
    @UseFilters(CatgaExceptionFilter)
    class StockController {
      @MessagePattern('reserve')
      reserve(): never {
        throw FULL;
      }
    }
    @Module({ controllers: [StockController] })
    class StockModule {}
    const options = { host: '127.0.0.1', port: await freePort() };
    const logger = new LogBook();
    const service = await NestFactory.createMicroservice<MicroserviceOptions>(StockModule, {
      transport: Transport.TCP,
      options,
      logger,
    });
    app = service;
    await service.listen();
    const client = new ClientTCP(options);
    await expect(lastValueFrom(client.send('reserve', {}))).rejects.toEqual(BODY);
    expect(logger.at('warn')).toEqual(['CATGA_OVERLOADED: 9 requests are unanswered at node-7.']);
    client.close();
  });

  it('tells a client of socket.io by an exception event', () => {
    const events: unknown[] = [];
    const client = { emit: (...event: unknown[]) => void events.push(event), send: () => {} };
    expect(filter.catch(FULL, hostOf('ws', client, {}))).toBeUndefined();
    expect(events).toEqual([['exception', BODY]]);
  });

  it('tells a client of ws by a frame', () => {
    const frames: string[] = [];
    const client = { readyState: 1, emit: () => {}, send: (frame: string) => void frames.push(frame) };
    filter.catch(FULL, hostOf('ws', client, {}));
    expect(frames.map((frame) => JSON.parse(frame) as unknown)).toEqual([{ event: 'exception', data: BODY }]);
  });

  it('fails a resolver of GraphQL with an HttpException', () => {
    let thrown: unknown;
    try {
      filter.catch(FULL, hostOf('graphql', {}, {}, {}, {}));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(HttpException);
    expect((thrown as HttpException).getResponse()).toEqual({
      statusCode: 503,
      code: 'CATGA_OVERLOADED',
      message: 'The service is overloaded.',
    });
  });

  it('says nothing of a code that is no business of clients', async () => {
    const failed = filter.catch(new CatgaError('CATGA_SERIALIZATION', 'Secrets'), hostOf('rpc', {}, {}));
    await expect(lastValueFrom(failed as NonNullable<typeof failed>)).rejects.toEqual({
      status: 'error',
      message: 'Internal server error',
      retryable: false,
    });
  });

  it('leaves the error of a handler of Catga, and of contexts it does not know, as it is', async () => {
    class Reserve extends Query<number> {}
    @RequestHandler(Reserve)
    @UseFilters(CatgaExceptionFilter)
    class ReserveHandler {
      handle(): number {
        throw FULL;
      }
    }
    app = await start({ providers: [ReserveHandler] });
    await expect(app.get(CatgaMediator).send(new Reserve())).rejects.toBe(FULL);
    expect(() => filter.catch(FULL, hostOf('telegraf'))).toThrow(FULL);
  });
});
