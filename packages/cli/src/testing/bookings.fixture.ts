import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { CatgaModule, Command, Message, ReliableEvent, RequestHandler } from '@catga/nestjs';
import type { IRequestHandler } from '@catga/nestjs';
import { CatgaSagasModule, CatgaSchedulesModule, Saga, Scheduled, StartedBy } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import { engineOf } from '../connection/engine-of.js';

@ReliableEvent()
@Message({ name: 'bookings.booked.v1' })
export class Booked {
  constructor(readonly guest: string) {}
}

@Message({ name: 'bookings.reserve.v1' })
class Reserve extends Command {}

@Message({ name: 'bookings.release.v1' })
class Release extends Command {}

/** Reserves a room, and waits. */
@Saga({ name: 'bookings.stay' })
class Stay {
  @StartedBy(Booked, ({ guest }) => guest)
  start({ guest }: Booked, saga: SagaContext<{ readonly guest: string }>): void {
    saga.state = { guest };
    saga.send(new Reserve(), { undo: new Release() });
  }
}

@RequestHandler(Reserve)
class ReserveHandler implements IRequestHandler<Reserve> {
  async handle(): Promise<void> {}
}

@Scheduled(Release, { cron: '0 4 1 1 *', timeZone: 'Asia/Shanghai', name: 'bookings.yearly' })
@RequestHandler(Release)
class ReleaseHandler implements IRequestHandler<Release> {
  async handle(): Promise<void> {
    throw Object.assign(new Error('the desk is closed'), { retryable: false });
  }
}

class BookingModule {}

/** An application with a saga, whose compensation fails, and a schedule. */
export async function startBookings(url: string): Promise<INestApplicationContext> {
  const engine = await engineOf({ url });
  return NestFactory.createApplicationContext(
    {
      module: BookingModule,
      imports: [
        CatgaModule.forRoot({ engine, service: 'bookings', nodeId: 'bookings-1' }),
        CatgaSagasModule.forRoot(),
        CatgaSchedulesModule.forRoot(),
      ],
      providers: [Stay, ReserveHandler, ReleaseHandler],
    },
    { logger: false },
  );
}
