import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler } from '@catga/nestjs';
import { Charge, Look, Pack, Place } from '../messages/messages.js';
import { Workshop } from './workshop.js';

@RequestHandler(Look)
export class LookHandler implements IRequestHandler<Look> {
  constructor(private readonly workshop: Workshop) {}

  handle(message: Look): Promise<string> {
    return this.workshop.work(message);
  }
}

@RequestHandler(Place)
export class PlaceHandler implements IRequestHandler<Place> {
  constructor(private readonly workshop: Workshop) {}

  handle(message: Place): Promise<string> {
    return this.workshop.work(message);
  }
}

@RequestHandler(Charge)
export class ChargeHandler implements IRequestHandler<Charge> {
  constructor(private readonly workshop: Workshop) {}

  handle(message: Charge): Promise<string> {
    return this.workshop.work(message);
  }
}

@RequestHandler(Pack)
export class PackHandler implements IRequestHandler<Pack> {
  constructor(private readonly workshop: Workshop) {}

  handle(message: Pack): Promise<string> {
    return this.workshop.work(message);
  }
}
