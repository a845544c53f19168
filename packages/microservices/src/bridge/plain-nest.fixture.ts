import 'reflect-metadata';
import { Controller, NotFoundException } from '@nestjs/common';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
} from '@nestjs/microservices';
import type { NatsOptions, RedisOptions } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { SILENT, failure } from '../shop.fixture.js';
import { Ledger } from './bridged-messages.fixture.js';

/** A transport of Nest, as both of its sides take it. */
export type PlainTransport = NatsOptions | RedisOptions;

/** A server and a client of Nest's own that know nothing of Catga. */
export interface PlainNest {
  /** By the client. Rejects with what its `Observable` failed with. */
  send(pattern: unknown, data: unknown): Promise<unknown>;
  emit(pattern: unknown, data: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Starts them; the ledger gets what the server hears. */
export type StartPlainNest = (transport: PlainTransport, ledger: Ledger) => Promise<PlainNest>;

/** A controller of a service that knows nothing of Catga. */
@Controller()
export class PlainController {
  constructor(private readonly ledger: Ledger) {}

  @MessagePattern({ cmd: 'stock' })
  stock(@Payload() { sku }: { readonly sku: string }): { readonly sku: string; readonly left: number } {
    return { sku, left: 7 };
  }

  @MessagePattern('plain.fail')
  fail(@Payload() { kind }: { readonly kind: string }): never {
    if (kind === 'status') throw new RpcException({ statusCode: 409, message: 'sold out' });
    if (kind === 'code')
      throw new RpcException({ code: 'CATGA_OVERLOADED', message: 'too busy', retryable: true });
    if (kind === 'hidden http') throw new NotFoundException('hidden by Nest');
    throw failure(kind);
  }

  @EventPattern('orders.placed')
  placed(@Payload() { id }: { readonly id: string }): void {
    this.ledger.lines.push(`plain heard ${id}`);
  }
}

/** In this process, of the version of the workspace. */
export const startPlainNest: StartPlainNest = async (transport, ledger) => {
  const module = await Test.createTestingModule({
    controllers: [PlainController],
    providers: [{ provide: Ledger, useValue: ledger }],
  })
    .setLogger(SILENT)
    .compile();
  const server = module.createNestMicroservice(transport);
  await server.listen();
  const client = ClientProxyFactory.create(transport);
  await client.connect();
  return {
    send: (pattern, data) => firstValueFrom(client.send<unknown>(pattern, data)),
    emit: (pattern, data) => lastValueFrom(client.emit<void>(pattern, data), { defaultValue: undefined }),
    close: async () => {
      await client.close();
      await server.close();
    },
  };
};
