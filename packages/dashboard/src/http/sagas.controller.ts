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
import type { SagaAction } from '@catga/core/admin';
import { Audit } from '../api/audit.js';
import { DashboardSagas } from '../api/dashboard-sagas.js';
import { parsed, sagaQuery, sagasQuery, steerBody } from '../api/requests.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { DashboardGuard } from './dashboard.guard.js';
import type { HttpRequest } from './http-request.js';

/** Controller of sagas and schedules. */
export function sagasController({ path, guards }: ResolvedDashboardOptions): Type<object> {
  @Controller({ path: `${path}/api`, version: VERSION_NEUTRAL })
  @UseGuards(DashboardGuard, ...guards)
  @UseFilters(CatgaExceptionFilter)
  class CatgaDashboardSagasController {
    constructor(
      private readonly sagas: DashboardSagas,
      private readonly audit: Audit,
    ) {}

    @Get('sagas')
    list(@Query() query: unknown): Promise<object> {
      return this.sagas.list(parsed(sagasQuery, query));
    }

    @Get('sagas/show')
    show(@Query() query: unknown): Promise<object> {
      const { saga, id } = parsed(sagaQuery, query);
      return this.sagas.show(saga, id);
    }

    @Post('sagas/retry')
    @HttpCode(200)
    retry(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      return this.steer('retry', request, body);
    }

    @Post('sagas/compensate')
    @HttpCode(200)
    compensate(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      return this.steer('compensate', request, body);
    }

    @Post('sagas/complete')
    @HttpCode(200)
    complete(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      return this.steer('complete', request, body);
    }

    @Get('schedules')
    schedules(): Promise<object> {
      return this.sagas.schedules();
    }

    private async steer(action: SagaAction, request: HttpRequest, body: unknown): Promise<object> {
      const wanted = parsed(steerBody, body);
      const { saga, id, reason } = wanted;
      await this.audit.of(request, `${action} saga`, wanted, () =>
        this.sagas.steer(saga, id, action, reason),
      );
      return wanted;
    }
  }
  return CatgaDashboardSagasController;
}
