import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import { Charge, Look, Pack, Place } from '../messages/messages.js';
import { Workshop } from './workshop.js';

@RequestHandler(Look)
export class LookHandler implements IRequestHandler<Look> {
  constructor(private readonly workshop: Workshop) {}

  handle(message: Look, context: MessageContext): Promise<string> {
    return this.workshop.work(message, context);
  }
}

@RequestHandler(Place)
export class PlaceHandler implements IRequestHandler<Place> {
  constructor(private readonly workshop: Workshop) {}

  handle(message: Place, context: MessageContext): Promise<string> {
    return this.workshop.work(message, context);
  }
}

@RequestHandler(Charge)
export class ChargeHandler implements IRequestHandler<Charge> {
  constructor(private readonly workshop: Workshop) {}

  handle(message: Charge, context: MessageContext): Promise<string> {
    return this.workshop.work(message, context);
  }
}

@RequestHandler(Pack)
export class PackHandler implements IRequestHandler<Pack> {
  constructor(private readonly workshop: Workshop) {}

  handle(message: Pack, context: MessageContext): Promise<string> {
    return this.workshop.work(message, context);
  }
}
