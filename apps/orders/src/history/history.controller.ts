import { Controller, Get, Param } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import { GetOrderHistory } from '@catga/contracts';
import type { OrderHistoryEntry } from '@catga/contracts';

@Controller('orders/:id/history')
export class HistoryController {
  constructor(private readonly mediator: CatgaMediator) {}

  @Get()
  get(@Param('id') id: string): Promise<readonly OrderHistoryEntry[]> {
    return this.mediator.send(new GetOrderHistory(id));
  }
}
