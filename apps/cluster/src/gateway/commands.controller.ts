import { BadRequestException, Controller, Headers, Param, Post } from '@nestjs/common';
import { BookShipment, PlaceOrder } from '@catga/contracts';
import type { EffectReceipt } from '@catga/contracts';
import { CommandSender } from './command-sender.js';

/** The commands of the cluster over HTTP; each needs an `Idempotency-Key`, so that clients may repeat it. */
@Controller()
export class CommandsController {
  constructor(private readonly commands: CommandSender) {}

  @Post('orders/:id')
  placeOrder(@Param('id') id: string, @Headers('idempotency-key') key?: string): Promise<EffectReceipt> {
    return this.commands.send(new PlaceOrder(id), `place-order:${given(key)}`);
  }

  @Post('shipments/:id')
  bookShipment(@Param('id') id: string, @Headers('idempotency-key') key?: string): Promise<EffectReceipt> {
    return this.commands.send(new BookShipment(id), `book-shipment:${given(key)}`);
  }
}

function given(key: string | undefined): string {
  if (key === undefined || key === '') throw new BadRequestException('Send an Idempotency-Key.');
  return key;
}
