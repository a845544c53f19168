import { ConflictException, Injectable } from '@nestjs/common';
import { ProjectionClient } from '@catga/core/admin';
import type { ProjectionAction, ProjectionChoice, ProjectionList } from '@catga/core/admin';
import { CatgaError, CatgaMediator } from '@catga/nestjs';
import { Redactor } from './redactor.js';
import { SharedReading } from './shared-reading.js';
import type { ProjectionsView } from './views.js';

const REFUSED: Readonly<Record<ProjectionAction, string>> = {
  pause: 'The projection is not running.',
  resume: 'The projection is neither paused nor stopped.',
  rebuild: 'The projection has no tables in @Projection: raise its version instead.',
};

/** Projections of the cluster, from the nodes that have their classes. */
@Injectable()
export class DashboardProjections {
  private readonly client: ProjectionClient;
  private readonly listed: SharedReading<ProjectionList>;

  constructor(
    mediator: CatgaMediator,
    private readonly redactor: Redactor,
  ) {
    this.client = new ProjectionClient(mediator);
    this.listed = new SharedReading(() => this.client.list());
  }

  async list(): Promise<ProjectionsView> {
    const { items, unanswered } = await this.listed.get();
    return {
      items: items.map(({ problem, ...one }) => ({
        ...one,
        ...(problem !== undefined && { problem: this.redactor.errorText(problem, one.projection) }),
      })),
      unanswered,
    };
  }

  /** Operates a projection. 404 if it does not exist; 409 if its status does not allow it, or it has no tables for a rebuild. */
  async steer(projection: string, action: ProjectionAction, choice: ProjectionChoice): Promise<void> {
    const isDone = await this.client.steer(projection, action, choice).catch((thrown: unknown) => {
      if (thrown instanceof CatgaError && thrown.code === 'CATGA_UNSUPPORTED') return false;
      throw thrown;
    });
    this.listed.forget();
    if (!isDone) throw new ConflictException(REFUSED[action]);
  }
}
