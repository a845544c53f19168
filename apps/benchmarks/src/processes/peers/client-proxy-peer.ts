import 'reflect-metadata';
import { Controller, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, EventPattern, MessagePattern } from '@nestjs/microservices';
import type { NatsOptions, RedisOptions } from '@nestjs/microservices';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { handled, NOTE } from './peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from './peer.js';

Logger.overrideLogger(false);

/** `@nestjs/microservices`, as its documentation has it. */
export const clientProxyOver = (transportOf: (url: string) => NatsOptions | RedisOptions): Peer => ({
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const { namespace } = settings;
    const client = ClientProxyFactory.create(transportOf(settings.url));
    await client.connect();
    const requests = `${namespace}.request`;
    const events = `${namespace}.event`;
    const send = (id: number): Promise<Placed> =>
      firstValueFrom(client.send<Placed>(requests, { id, note: NOTE }));
    return {
      send,
      sendMany: (from, count) => Promise.all(Array.from({ length: count }, (_, index) => send(from + index))),
      publish: (id) =>
        lastValueFrom(client.emit<undefined>(events, { id, note: NOTE }), { defaultValue: undefined }),
      close: async () => void (await client.close()),
    };
  },

  async handle(settings: PeerSettings): Promise<HandlingSide> {
    const { namespace, handlerMs } = settings;

    @Controller()
    class Answering {
      @MessagePattern(`${namespace}.request`)
      request(asked: Placed): Promise<Placed> {
        return handled(asked, handlerMs);
      }

      @EventPattern(`${namespace}.event`)
      event({ note }: Partial<Placed>): void {
        if (note === NOTE) side.onEvent?.();
      }
    }

    class AnsweringModule {}
    const module = { module: AnsweringModule, controllers: [Answering] };
    const service = await NestFactory.createMicroservice<NatsOptions | RedisOptions>(module, {
      ...transportOf(settings.url),
      logger: false,
    });
    const side: HandlingSide = { close: () => service.close() };
    await service.listen();
    return side;
  },
});
