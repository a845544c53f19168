import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CatgaMediator, CatgaModule, Command, Message, ReliableEvent, RequestHandler } from '@catga/nestjs';
import { CatgaEventSourcingModule, On, Projection } from '@catga/event-sourcing';
import { CatgaSagasModule, Saga, StartedBy } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import { prometheus } from '@catga/telemetry/prometheus';
import { Registry } from 'prom-client';

@ReliableEvent()
@Message({ name: 'demo.booked' })
class Booked {
  constructor(readonly id: string) {}
}

@Message({ name: 'demo.reserve' })
class Reserve extends Command {}

@Message({ name: 'demo.release' })
class Release extends Command {}

@RequestHandler(Reserve)
class ReserveHandler {
  handle(): void {}
}

@RequestHandler(Release)
class ReleaseHandler {
  handle(): never {
    throw Object.assign(new Error('the shelf is gone'), { retryable: false });
  }
}

@Saga({ name: 'demo.booking' })
class Booking {
  @StartedBy(Booked, ({ id }) => id)
  start({ id }: Booked, saga: SagaContext<string>): void {
    saga.state = id;
    saga.send(new Reserve(), { undo: new Release() });
    if (id === 'stuck') saga.compensate('to see it');
  }
}

@Projection({ name: 'demo.bookings' })
class Bookings {
  @On(Booked)
  booked(): void {}
}

const registry = new Registry();

@Module({
  imports: [
    CatgaModule.forRoot({ telemetry: [prometheus({ registry })] }),
    CatgaSagasModule.forRoot(),
    CatgaEventSourcingModule.forRoot(),
  ],
  providers: [Booking, Bookings, ReserveHandler, ReleaseHandler],
})
class BookingModule {}

/** An application with a saga that runs, one that is stuck and a read model, which serves its metrics: the demo has none. */
export async function serveStuckSaga(): Promise<{ readonly target: string; stop(): Promise<void> }> {
  const app = await NestFactory.createApplicationContext(BookingModule, { logger: false });
  for (const id of ['open', 'stuck']) await app.get(CatgaMediator).publish(new Booked(id));
  const server = createServer((_request, response) => {
    void registry
      .metrics()
      .then((text) => response.setHeader('content-type', registry.contentType).end(text));
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => void server.close(closed));
      await app.close();
    },
  };
}
