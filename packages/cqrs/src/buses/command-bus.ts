/* oxlint-disable typescript/no-explicit-any -- the types that applications of @nestjs/cqrs were written against */
import { Inject, Injectable, Optional } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { SendOptions } from '@catga/core';
import type { AsyncContext } from '../contracts/async-context.js';
import type { ICommandBus } from '../contracts/buses.js';
import type { ICommandHandler } from '../contracts/handlers.js';
import type { Command, ICommand } from '../contracts/messages.js';
import type { CqrsModuleOptions } from '../contracts/module-options.js';
import type { ICommandPublisher } from '../contracts/publishers.js';
import { COMMAND_HANDLER_METADATA, COMMAND_METADATA } from '../decorators/metadata.js';
import { CommandHandlerNotFoundException, InvalidCommandHandlerException } from '../exceptions/exceptions.js';
import { CQRS_MODULE_OPTIONS } from '../module/options-token.js';
import { RequestBus } from './request-bus.js';
import type { RequestKind } from './request-bus.js';
import { SubjectPublisher } from './subject-publisher.js';

const COMMANDS: RequestKind = {
  kind: 'command',
  messageKey: COMMAND_METADATA,
  handlerKey: COMMAND_HANDLER_METADATA,
  notFound: (name, cause) => new CommandHandlerNotFoundException(name, cause === undefined ? {} : { cause }),
  invalid: () => new InvalidCommandHandlerException(),
};

/**
 * Bus of commands: executes them here or on the node that handles them. Also the observable stream of all commands executed here.
 *
 * @publicApi
 */
@Injectable()
export class CommandBus<CommandBase extends ICommand = ICommand>
  extends RequestBus<CommandBase, ICommandPublisher<CommandBase>>
  implements ICommandBus<CommandBase>
{
  constructor(moduleRef: ModuleRef, @Optional() @Inject(CQRS_MODULE_OPTIONS) options?: CqrsModuleOptions) {
    super(moduleRef, COMMANDS, options?.commandPublisher, ({ subject$ }) => new SubjectPublisher(subject$));
  }

  /**
   * Executes a command, and resolves with the result of its handler. Throws a `CommandHandlerNotFoundException` at once for
   * a command that has none here and cannot leave the process.
   * @param context the context of request-scoped handlers, or options of the call: with these it rejects with `CATGA_CONFIGURATION`
   * without a node, and with `CATGA_SHUTTING_DOWN` while the node is not running
   */
  execute<R = void>(command: Command<R>): Promise<R>;
  execute<R = void>(command: Command<R>, context?: AsyncContext | SendOptions): Promise<R>;
  execute<T extends CommandBase, R = any>(command: T, context?: AsyncContext | SendOptions): Promise<R>;
  execute(command: any, context?: AsyncContext | SendOptions): Promise<any> {
    return this.handle(command, context) as Promise<any>;
  }

  /** Binds a handler to the commands with an id. */
  override bind<T extends CommandBase>(handler: InstanceWrapper<ICommandHandler<T>>, id: string): void {
    super.bind(handler, id);
  }

  /** Registers handlers by their decorators. */
  override register(handlers: InstanceWrapper<ICommandHandler<CommandBase>>[] = []): void {
    super.register(handlers);
  }

  protected override registerHandler(handler: InstanceWrapper<ICommandHandler<CommandBase>>): void {
    super.registerHandler(handler);
  }
}
