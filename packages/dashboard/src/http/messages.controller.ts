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
import { DashboardMessages } from '../api/dashboard-messages.js';
import { pageQuery, parsed, sendBody } from '../api/requests.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { DashboardGuard } from './dashboard.guard.js';
import type { HttpRequest } from './http-request.js';

/** Controller of messages that are sent by hand. */
export function messagesController({ path, guards }: ResolvedDashboardOptions): Type<object> {
  @Controller({ path: `${path}/api/messages`, version: VERSION_NEUTRAL })
  @UseGuards(DashboardGuard, ...guards)
  @UseFilters(CatgaExceptionFilter)
  class CatgaDashboardMessagesController {
    constructor(
      private readonly messages: DashboardMessages,
      private readonly audit: Audit,
    ) {}

    @Get()
    list(@Query() query: unknown): Promise<object> {
      return this.messages.list(parsed(pageQuery, query));
    }

    @Post('send')
    @HttpCode(200)
    send(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      const wanted = parsed(sendBody, body);
      const { content: _content, action, ...told } = wanted;
      return this.audit.of(request, action, told, () => this.messages.send(wanted));
    }
  }
  return CatgaDashboardMessagesController;
}
