import { Controller, Get } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import type { NodeInfo } from '@catga/nestjs';

/** The cluster as the gateway sees it. */
@Controller('nodes')
export class NodesController {
  constructor(private readonly mediator: CatgaMediator) {}

  @Get()
  list(): readonly NodeInfo[] {
    return this.mediator.nodes();
  }
}
