import { ConflictException, Injectable } from '@nestjs/common';
import { CatgaQueue } from '@catga/nestjs';
import type { QueuedCommand } from '@catga/nestjs';
import { Redactor } from './redactor.js';
import type { PageView, QueuedCommandView } from './views.js';

interface QueuePage {
  readonly name?: string | undefined;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Pending queued commands. */
@Injectable()
export class DashboardQueue {
  constructor(
    private readonly queue: CatgaQueue,
    private readonly redactor: Redactor,
  ) {}

  /** Page of commands. It may have fewer than `limit` or none, and still a next one. */
  async list({ name, limit, after }: QueuePage): Promise<PageView<QueuedCommandView>> {
    const { items, next } = await this.queue.list(name === undefined ? {} : { name }, {
      limit,
      ...(after !== undefined && { after }),
    });
    return { items: items.map((command) => this.view(command)), ...(next !== undefined && { next }) };
  }

  /** Cancels a command. 404 if it does not exist, 409 if a node has taken it or it has ended. */
  async cancel(name: string, messageId: string): Promise<void> {
    refuseUnless(await this.queue.cancel({ name, messageId }), 'cancelled');
  }

  async reschedule(name: string, messageId: string, delayMs: number): Promise<void> {
    refuseUnless(await this.queue.reschedule({ name, messageId }, { delayMs }), 'rescheduled');
  }

  private view(command: QueuedCommand): QueuedCommandView {
    const { name, messageId, key, originNodeId, enqueuedAt, state, dueAt } = command;
    return {
      name,
      messageId,
      ...(key !== undefined && { key: this.redactor.key(key, name) }),
      originNodeId,
      enqueuedAt: enqueuedAt.toISOString(),
      state,
      ...(dueAt !== undefined && { dueAt: dueAt.toISOString() }),
    };
  }
}

function refuseUnless(outcome: string, wanted: string): void {
  if (outcome === 'running') throw new ConflictException('The command is already running.');
  if (outcome !== wanted) throw new ConflictException('The command has already ended.');
}
