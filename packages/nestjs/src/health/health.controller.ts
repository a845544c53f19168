import { Controller, Get, NotFoundException, UseGuards } from '@nestjs/common';
import type { CanActivate, Type } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import { CatgaHealthIndicator } from './catga-health.indicator.js';

/** Controller of the health routes under a path. Without guards there are no details. */
export function healthController(
  path: string,
  guards: readonly (Type<CanActivate> | CanActivate)[] | undefined,
): Type<object> {
  @Controller(path)
  class CatgaHealthController {
    constructor(
      private readonly health: HealthCheckService,
      private readonly catga: CatgaHealthIndicator,
    ) {}

    @Get('live')
    @HealthCheck()
    live(): Promise<HealthCheckResult> {
      return this.health.check([() => this.catga.isLive()]);
    }

    @Get('ready')
    @HealthCheck()
    ready(): Promise<HealthCheckResult> {
      return this.health.check([() => this.catga.isHealthy()]);
    }

    @Get('broker')
    @HealthCheck()
    broker(): Promise<HealthCheckResult> {
      return this.health.check([() => this.catga.broker()]);
    }

    @Get('details')
    @HealthCheck()
    @UseGuards(...(guards ?? []))
    details(): Promise<HealthCheckResult> {
      if (guards === undefined) throw new NotFoundException();
      return this.health.check([() => this.catga.details()]);
    }
  }
  return CatgaHealthController;
}
