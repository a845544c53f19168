import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { HandlerSource } from '@catga/nestjs';
import type { ExploredProvider } from '@catga/nestjs';
import { DECISION_DECORATOR } from './definition/decision-handler.decorator.js';
import { EventSourcingHost } from './event-sourcing-host.js';

/** Checks the decision handlers of the application, and opens and closes the event store with it. */
@Injectable()
export class DecisionSource extends HandlerSource implements OnModuleInit, OnApplicationShutdown {
  readonly decorator = DECISION_DECORATOR;

  constructor(private readonly host: EventSourcingHost) {
    super();
  }

  register(providers: readonly ExploredProvider[]): readonly string[] {
    return this.host.add(providers);
  }

  async onModuleInit(): Promise<void> {
    await this.host.open();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.host.close();
  }
}
