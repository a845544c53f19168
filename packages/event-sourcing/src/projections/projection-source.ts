import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HandlerSource } from '@catga/nestjs';
import type { CatgaNode, ExploredProvider } from '@catga/nestjs';
import { EventSourcingHost } from '../event-sourcing-host.js';
import { CatgaProjections } from './catga-projections.js';
import { answerTools } from './projection-questions.js';
import { PROJECTION_DECORATOR } from './projection.decorator.js';

/**
 * Runs the projections while the application is up, and answers tools about them. Their classes are registered with the decision handlers.
 */
@Injectable()
export class ProjectionSource
  extends HandlerSource
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  readonly decorator = PROJECTION_DECORATOR;

  constructor(
    private readonly host: EventSourcingHost,
    private readonly projections: CatgaProjections,
  ) {
    super();
  }

  register(_providers: readonly ExploredProvider[], node: CatgaNode): readonly string[] {
    answerTools(node, this.projections);
    return [];
  }

  onApplicationBootstrap(): void {
    this.host.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.host.stop();
  }
}
