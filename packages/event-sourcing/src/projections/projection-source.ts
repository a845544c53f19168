import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HandlerSource } from '@catga/nestjs';
import { EventSourcingHost } from '../event-sourcing-host.js';
import { PROJECTION_DECORATOR } from './projection.decorator.js';

/** Runs the projections while the application is up. Their classes are read with the decision handlers. */
@Injectable()
export class ProjectionSource
  extends HandlerSource
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  readonly decorator = PROJECTION_DECORATOR;

  constructor(private readonly host: EventSourcingHost) {
    super();
  }

  register(): readonly string[] {
    return [];
  }

  onApplicationBootstrap(): void {
    this.host.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.host.projections.stop();
  }
}
