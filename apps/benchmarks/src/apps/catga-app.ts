import {
  CatgaMediator,
  CatgaModule,
  Command,
  EventHandler,
  ReliableEvent,
  RequestHandler,
} from '@catga/nestjs';
import type { CatgaOptions, IEventHandler, IRequestHandler } from '@catga/nestjs';
import type { Provider } from '@nestjs/common';
import type { Handled } from '../measure/calls.js';
import { BEHAVIORS } from './behaviors.js';
import { distinctClass, handlerClasses, messageKinds, messagesInTurn } from './distinct-class.js';
import type { MessageKind } from './distinct-class.js';
import { nestApp } from './nest-app.js';

/** A running application with Catga in it. */
export interface CatgaApp<M extends object> {
  readonly mediator: CatgaMediator;
  readonly next: (turn: number) => M;
  readonly close: () => Promise<void>;
}

/** What a request scenario varies. */
export interface CatgaRequests {
  readonly types: number;
  /** Three behaviors that hand the handler's promise on, or that wait for it. */
  readonly passing?: keyof typeof BEHAVIORS;
  /** Whether handlers declare the context as a parameter; only then one is made. */
  readonly withContext?: boolean;
}

/** As many commands as there are types, each with its handler. */
export async function catgaCommands({
  types,
  passing,
  withContext = false,
}: CatgaRequests): Promise<CatgaApp<Command<number>>> {
  const kinds = messageKinds<Command<number>>(types, Command<number>);
  const handlers = handlerClasses<IRequestHandler<Command<number>>>(
    types,
    'handle',
    withContext ? 'message, context' : 'message',
  );
  kinds.forEach(({ message }, index) => {
    const handler = handlers[index];
    if (handler !== undefined) RequestHandler<Command<number>>(message)(handler);
  });
  return start({ behaviors: passing === undefined ? [] : BEHAVIORS[passing] }, handlers, kinds);
}

/** One event with so many handlers. They count what they handle. */
export async function catgaEvents(
  handlers: number,
  handled: Handled,
  { isReliable = false } = {},
): Promise<CatgaApp<object>> {
  const kinds = messageKinds<object>(1);
  const [{ message } = { message: Object }] = kinds;
  if (isReliable) ReliableEvent()(message);
  const classes = Array.from({ length: handlers }, (_, index) => {
    const handler = distinctClass<new (handled: Handled) => IEventHandler<object>>(
      `Subscriber${index}`,
      'constructor(handled) { this.handled = handled; } async handle(event) { this.handled.count++; }',
    );
    EventHandler(message)(handler);
    return { provide: handler, useFactory: () => new handler(handled) };
  });
  return start({}, classes, kinds);
}

/** A command with a handler that counts. */
export async function catgaWork(handled: Handled): Promise<CatgaApp<Command<unknown>>> {
  const kinds = messageKinds<Command<unknown>>(1, Command<unknown>);
  const handler = distinctClass<new (handled: Handled) => IRequestHandler<Command<unknown>>>(
    'Worker',
    'constructor(handled) { this.handled = handled; } async handle(command) { this.handled.count++; }',
  );
  for (const { message } of kinds) RequestHandler<Command<unknown>>(message)(handler);
  return start({}, [{ provide: handler, useFactory: () => new handler(handled) }], kinds);
}

async function start<M extends object>(
  options: CatgaOptions,
  providers: readonly Provider[],
  kinds: readonly MessageKind<M>[],
): Promise<CatgaApp<M>> {
  const app = await nestApp({ imports: [CatgaModule.forRoot(options)], providers: [...providers] });
  return { mediator: app.get(CatgaMediator), next: messagesInTurn(kinds), close: () => app.close() };
}
