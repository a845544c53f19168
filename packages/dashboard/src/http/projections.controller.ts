import {
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Req,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { CatgaExceptionFilter } from '@catga/nestjs';
import type { ProjectionAction } from '@catga/core/admin';
import { Audit } from '../api/audit.js';
import { DashboardProjections } from '../api/dashboard-projections.js';
import { parsed, projectionBody } from '../api/requests.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { DashboardGuard } from './dashboard.guard.js';
import type { HttpRequest } from './http-request.js';

/** Controller of projections. */
export function projectionsController({ path, guards }: ResolvedDashboardOptions): Type<object> {
  @Controller({ path: `${path}/api/projections`, version: VERSION_NEUTRAL })
  @UseGuards(DashboardGuard, ...guards)
  @UseFilters(CatgaExceptionFilter)
  class CatgaDashboardProjectionsController {
    constructor(
      private readonly projections: DashboardProjections,
      private readonly audit: Audit,
    ) {}

    @Get()
    list(): Promise<object> {
      return this.projections.list();
    }

    @Post('pause')
    @HttpCode(200)
    pause(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      return this.steer('pause', request, body);
    }

    @Post('resume')
    @HttpCode(200)
    resume(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      return this.steer('resume', request, body);
    }

    @Post('rebuild')
    @HttpCode(200)
    rebuild(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      return this.steer('rebuild', request, body);
    }

    private async steer(action: ProjectionAction, request: HttpRequest, body: unknown): Promise<object> {
      const wanted = parsed(projectionBody, body);
      const { projection, ...choice } = wanted;
      await this.audit.of(request, `${action} projection`, wanted, () =>
        this.projections.steer(projection, action, choice),
      );
      return wanted;
    }
  }
  return CatgaDashboardProjectionsController;
}
