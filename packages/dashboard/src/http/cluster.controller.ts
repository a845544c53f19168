import {
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Query,
  Req,
  Sse,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import type { MessageEvent, Type } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { CatgaExceptionFilter } from '@catga/nestjs';
import { Audit } from '../api/audit.js';
import { DashboardCluster } from '../api/dashboard-cluster.js';
import { failuresQuery, idBody, idQuery, pageQuery, parsed } from '../api/requests.js';
import { LiveUpdates } from '../live/live-updates.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { DashboardGuard } from './dashboard.guard.js';
import type { HttpRequest } from './http-request.js';

/** Controller of nodes, subscriptions and failures. */
export function clusterController({ path, guards }: ResolvedDashboardOptions): Type<object> {
  @Controller({ path: `${path}/api`, version: VERSION_NEUTRAL })
  @UseGuards(DashboardGuard, ...guards)
  @UseFilters(CatgaExceptionFilter)
  class CatgaDashboardClusterController {
    constructor(
      private readonly cluster: DashboardCluster,
      private readonly live: LiveUpdates,
      private readonly audit: Audit,
    ) {}

    @Get('meta')
    meta(): object {
      return this.cluster.meta();
    }

    @Get('nodes')
    nodes(@Query() query: unknown): object {
      return this.cluster.nodes(parsed(pageQuery, query));
    }

    @Get('nodes/show')
    node(@Query() query: unknown): Promise<object> {
      return this.cluster.showNode(parsed(idQuery, query).id);
    }

    @Get('stats')
    stats(@Query() query: unknown): Promise<object> {
      return this.cluster.stats(parsed(pageQuery, query));
    }

    @Get('topology')
    topology(): Promise<object> {
      return this.cluster.topology();
    }

    @Get('traffic')
    traffic(): object {
      return this.cluster.trafficHistory();
    }

    @Get('failures')
    failures(@Query() query: unknown): Promise<object> {
      return this.cluster.failures(parsed(failuresQuery, query).limit);
    }

    @Get('subscriptions')
    subscriptions(@Query() query: unknown): Promise<object> {
      return this.cluster.subscriptionPage(parsed(pageQuery, query));
    }

    @Post('subscriptions/pause')
    @HttpCode(200)
    async pause(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      const { id } = parsed(idBody, body);
      await this.audit.of(request, 'pause', { id }, () => this.cluster.pause(id));
      return { id, isPaused: true };
    }

    @Post('subscriptions/resume')
    @HttpCode(200)
    async resume(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      const { id } = parsed(idBody, body);
      await this.audit.of(request, 'resume', { id }, () => this.cluster.resume(id));
      return { id, isPaused: false };
    }

    @Sse('events')
    events(): Observable<MessageEvent> {
      return this.live.stream();
    }
  }
  return CatgaDashboardClusterController;
}
