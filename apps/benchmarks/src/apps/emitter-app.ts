import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import type { Handled } from '../measure/calls.js';
import { distinctClass, messageKinds, messagesInTurn } from './distinct-class.js';
import { nestApp } from './nest-app.js';

/** One event of @nestjs/event-emitter with so many handlers. */
export async function emitterEvents(handlers: number, handled: Handled) {
  const providers = Array.from({ length: handlers }, (_, index) => {
    const handler = distinctClass<new (handled: Handled) => { handle(event: object): Promise<void> }>(
      `Subscriber${index}`,
      'constructor(handled) { this.handled = handled; } async handle(event) { this.handled.count++; }',
    );
    const { prototype } = handler as { readonly prototype: object };
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'handle');
    if (descriptor !== undefined) OnEvent('benchmark')(prototype, 'handle', descriptor);
    return { provide: handler, useFactory: () => new handler(handled) };
  });
  const app = await nestApp({ imports: [EventEmitterModule.forRoot()], providers });
  return {
    emitter: app.get(EventEmitter2),
    next: messagesInTurn(messageKinds<object>(1)),
    close: () => app.close(),
  };
}
