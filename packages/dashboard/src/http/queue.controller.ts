import {
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Query,
  Req,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { CatgaExceptionFilter } from '@catga/nestjs';
import { Audit } from '../api/audit.js';
import { DashboardQueue } from '../api/dashboard-queue.js';
import { commandBody, parsed, queueQuery, rescheduleBody } from '../api/requests.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { DashboardGuard } from './dashboard.guard.js';
import type { HttpRequest } from './http-request.js';

/** Controller of queued commands. */
export function queueController({ path, guards }: ResolvedDashboardOptions): Type<object> {
  @Controller({ path: `${path}/api/queue`, version: VERSION_NEUTRAL })
  @UseGuards(DashboardGuard, ...guards)
  @UseFilters(CatgaExceptionFilter)
  class CatgaDashboardQueueController {
    constructor(
      private readonly queue: DashboardQueue,
      private readonly audit: Audit,
    ) {}

    @Get()
    list(@Query() query: unknown): Promise<object> {
      return this.queue.list(parsed(queueQuery, query));
    }

    @Post('cancel')
    @HttpCode(200)
    async cancel(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      const command = parsed(commandBody, body);
      await this.audit.of(request, 'cancel', command, () =>
        this.queue.cancel(command.name, command.messageId),
      );
      return command;
    }

    @Post('reschedule')
    @HttpCode(200)
    async reschedule(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      const wanted = parsed(rescheduleBody, body);
      const { name, messageId, delayMs } = wanted;
      await this.audit.of(request, 'reschedule', wanted, () =>
        this.queue.reschedule(name, messageId, delayMs),
      );
      return wanted;
    }
  }
  return CatgaDashboardQueueController;
}
