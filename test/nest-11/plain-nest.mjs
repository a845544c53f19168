// A server and a client of Nest 11 that know nothing of Catga, told what to do by the process that forked them
// (packages/microservices/src/bridge/plain-nest-11.fixture.ts). The server has the patterns of PlainController there.
import 'reflect-metadata';
import { Controller, Module, NotFoundException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
} from '@nestjs/microservices';
import { createRequire } from 'node:module';
import { lastValueFrom, firstValueFrom } from 'rxjs';

const { version } = createRequire(import.meta.url)('@nestjs/core/package.json');
const transport = JSON.parse(process.argv[2]);

/** As TypeScript does it. */
function decorate(type, method, ...decorators) {
  Payload()(type.prototype, method, 0);
  const property = Object.getOwnPropertyDescriptor(type.prototype, method);
  for (const decorator of decorators) decorator(type.prototype, method, property);
}

class PlainController {
  stock({ sku }) {
    return { sku, left: 7 };
  }

  fail({ kind }) {
    if (kind === 'status') throw new RpcException({ statusCode: 409, message: 'sold out' });
    if (kind === 'code')
      throw new RpcException({ code: 'CATGA_OVERLOADED', message: 'too busy', retryable: true });
    if (kind === 'hidden http') throw new NotFoundException('hidden by Nest');
    if (kind === 'rpc text') throw new RpcException('sold out');
    if (kind === 'rpc object') throw new RpcException({ sku: 'a', message: 'sold out' });
    throw new Error('secret');
  }

  placed({ id }) {
    process.send({ heard: `plain heard ${id}` });
  }
}
Controller()(PlainController);
decorate(PlainController, 'stock', MessagePattern({ cmd: 'stock' }));
decorate(PlainController, 'fail', MessagePattern('plain.fail'));
decorate(PlainController, 'placed', EventPattern('orders.placed'));

class PlainModule {}
Module({ controllers: [PlainController] })(PlainModule);

const server = await NestFactory.createMicroservice(PlainModule, { ...transport, logger: false });
await server.listen();
const client = ClientProxyFactory.create(transport);
await client.connect();

process.on('message', ({ call, kind, pattern, data }) => {
  const done =
    kind === 'send'
      ? firstValueFrom(client.send(pattern, data))
      : lastValueFrom(client.emit(pattern, data), { defaultValue: undefined });
  done.then(
    (value) => process.send({ call, value }),
    (error) => process.send({ call, error }),
  );
});
process.once('disconnect', async () => {
  client.close();
  await server.close();
  process.exit();
});
process.send({ serves: version });
