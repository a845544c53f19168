import {
  Command,
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventBus,
  EventsHandler,
  Query,
  QueryBus,
  QueryHandler,
} from '@nestjs/cqrs';
import type { ICommandHandler, IEventHandler, IQueryHandler } from '@nestjs/cqrs';
import type { Handled } from '../measure/calls.js';
import { distinctClass, handlerClasses, messageKinds, messagesInTurn } from './distinct-class.js';
import { nestApp } from './nest-app.js';

/** Commands of @nestjs/cqrs, each with its handler. */
export async function cqrsCommands(types: number) {
  const kinds = messageKinds<Command<number>>(types, Command<number>);
  const handlers = handlerClasses<ICommandHandler<Command<number>>>(types, 'execute');
  kinds.forEach(({ message }, index) => {
    const handler = handlers[index];
    if (handler !== undefined) CommandHandler(message)(handler);
  });
  const app = await nestApp({ imports: [CqrsModule.forRoot()], providers: [...handlers] });
  return { bus: app.get(CommandBus), next: messagesInTurn(kinds), close: () => app.close() };
}

/** Queries of @nestjs/cqrs, each with its handler. */
export async function cqrsQueries(types: number) {
  const kinds = messageKinds<Query<number>>(types, Query<number>);
  const handlers = handlerClasses<IQueryHandler<Query<number>>>(types, 'execute');
  kinds.forEach(({ message }, index) => {
    const handler = handlers[index];
    if (handler !== undefined) QueryHandler(message)(handler);
  });
  const app = await nestApp({ imports: [CqrsModule.forRoot()], providers: [...handlers] });
  return { bus: app.get(QueryBus), next: messagesInTurn(kinds), close: () => app.close() };
}

/** One event of @nestjs/cqrs with so many handlers. */
export async function cqrsEvents(handlers: number, handled: Handled) {
  const kinds = messageKinds<object>(1);
  const [{ message } = { message: Object }] = kinds;
  const providers = Array.from({ length: handlers }, (_, index) => {
    const handler = distinctClass<new (handled: Handled) => IEventHandler<object>>(
      `Subscriber${index}`,
      'constructor(handled) { this.handled = handled; } async handle(event) { this.handled.count++; }',
    );
    EventsHandler(message)(handler);
    return { provide: handler, useFactory: () => new handler(handled) };
  });
  const app = await nestApp({ imports: [CqrsModule.forRoot()], providers });
  return { bus: app.get(EventBus), next: messagesInTurn(kinds), close: () => app.close() };
}
