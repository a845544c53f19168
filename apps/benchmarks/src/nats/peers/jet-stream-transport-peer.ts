import 'reflect-metadata';
import {
  NatsJetStreamClientProxy,
  NatsJetStreamRecordBuilder,
  NatsJetStreamServer,
} from '@nestjs-plugins/nestjs-nats-jetstream-transport';
import type { NatsJetStreamContext } from '@nestjs-plugins/nestjs-nats-jetstream-transport';
import { Controller, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { isCounted, NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';

Logger.overrideLogger(false);

/** A transport for `@nestjs/microservices` over JetStream, as its documentation has it, with an id for each event. */
export const jetStreamTransportPeer: Peer = {
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const { stream, connectionOptions, streamConfig } = over(settings);
    // The stream belongs to the server side; where nobody handles, one comes and goes.
    const maker = new NatsJetStreamServer({ connectionOptions, consumerOptions: {}, streamConfig });
    await new Promise<void>((resolve, reject) => void maker.listen(resolve).catch(reject));
    await maker.close();
    const client = new NatsJetStreamClientProxy({ connectionOptions });
    await client.connect();
    const send = async (id: number): Promise<Placed> => {
      const message = { id, note: NOTE };
      const record = new NatsJetStreamRecordBuilder(message);
      record.setMsgId(`${stream} ${id}`);
      await lastValueFrom(client.emit<unknown>(`${stream}.stored`, record.build()));
      return message;
    };
    return { send, publish: send, close: () => client.close() };
  },

  async handle(settings: PeerSettings): Promise<HandlingSide> {
    const { stream, connectionOptions, streamConfig } = over(settings);

    @Controller()
    class Recording {
      @EventPattern(`${stream}.stored`)
      stored(@Payload() message: Partial<Placed>, @Ctx() context: unknown): void {
        if (isCounted(message as Placed)) side.onEvent?.();
        (context as NatsJetStreamContext).message.ack();
      }
    }

    class RecordingModule {}
    const module = { module: RecordingModule, controllers: [Recording] };
    const strategy = new NatsJetStreamServer({
      connectionOptions,
      streamConfig,
      consumerOptions: {
        durable: 'handling',
        deliverTo: 'handling',
        deliverGroup: 'handling',
        deliverPolicy: 'All',
        ackPolicy: 'Explicit',
        manualAck: true,
      },
    });
    const service = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
      strategy,
      logger: false,
    });
    const side: HandlingSide = { close: () => service.close() };
    await service.listen();
    return side;
  },
};

function over({ url, namespace }: PeerSettings) {
  const stream = `${namespace}_transport`;
  return {
    stream,
    connectionOptions: { servers: [url], name: stream },
    streamConfig: { name: stream, subjects: [`${stream}.>`] },
  };
}
