import { ConflictException, Injectable } from '@nestjs/common';
import { SagaClient } from '@catga/core/admin';
import type { SagaAction, SagaStatusName, SagaSummary, ScheduleList } from '@catga/core/admin';
import { CatgaMediator } from '@catga/nestjs';
import { jsonOf } from './json-of.js';
import { Redactor } from './redactor.js';
import { SharedReading } from './shared-reading.js';
import type { SagaDetailView, SagaPageView, SchedulesView, SagaView } from './views.js';

interface SagaPageRequest {
  readonly saga?: string | undefined;
  readonly status?: SagaStatusName | undefined;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Number of next runs shown for a schedule. */
const RUNS = 5;

const REFUSED: Readonly<Record<SagaAction, string>> = {
  retry: 'The saga is not stuck.',
  compensate: 'The saga is not running.',
  complete: 'The saga has ended.',
};

/** Sagas and schedules of the cluster, from the nodes that have their classes. */
@Injectable()
export class DashboardSagas {
  private readonly client: SagaClient;
  private readonly scheduled: SharedReading<ScheduleList>;

  constructor(
    mediator: CatgaMediator,
    private readonly redactor: Redactor,
  ) {
    this.client = new SagaClient(mediator);
    this.scheduled = new SharedReading(() => this.client.schedules(RUNS));
  }

  /** Page of sagas. It may have fewer than `limit` or none, and still a next one. */
  async list({ saga, status, limit, after }: SagaPageRequest): Promise<SagaPageView> {
    const { items, unreadable, next } = await this.client.list(
      { ...(saga !== undefined && { saga }), ...(status !== undefined && { status }) },
      { limit, ...(after !== undefined && { after }) },
    );
    return {
      items: items.map((one) => this.view(one)),
      ...(next !== undefined && { next }),
      unreadable: unreadable.length,
      names: this.client.names(),
    };
  }

  /** Shows a saga. 404 if it does not exist. */
  async show(saga: string, id: string): Promise<SagaDetailView> {
    const found = await this.client.read(saga, id);
    const { version, state, waitsFor, undo, history } = found;
    return {
      ...this.view(found),
      version,
      state: jsonOf(this.redactor.content(state, saga)),
      waitsFor,
      undo,
      history,
    };
  }

  /** Operates a saga. 404 if it does not exist, 409 if its status does not allow it. */
  async steer(saga: string, id: string, action: SagaAction, reason: string | undefined): Promise<void> {
    if (!(await this.client.steer(saga, id, action, reason))) throw new ConflictException(REFUSED[action]);
  }

  schedules(): Promise<SchedulesView> {
    return this.scheduled.get();
  }

  private view({ reason, problem, ...summary }: SagaSummary): SagaView {
    const { saga, id, status, revision, startedAtMs, changedAtMs } = summary;
    const shown = (text: string): string => this.redactor.errorText(text, saga);
    return {
      saga,
      id,
      status,
      revision,
      startedAtMs,
      changedAtMs,
      ...(reason !== undefined && { reason: shown(reason) }),
      ...(problem !== undefined && { problem: shown(problem) }),
    };
  }
}
