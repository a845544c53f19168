import { Inject, Injectable, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { CatgaNode, MessageConstructor } from '@catga/core';
import { HandlerSource } from '@catga/nestjs';
import type { ExploredProvider } from '@catga/nestjs';
import { CommandBus } from '../buses/command-bus.js';
import { EventBus } from '../buses/event-bus.js';
import { QueryBus } from '../buses/query-bus.js';
import type { CqrsModuleOptions } from '../contracts/module-options.js';
import { nodeOptionsOf } from '../decorators/handler-options.js';
import {
  COMMAND_HANDLER_METADATA,
  EVENTS_HANDLER_METADATA,
  QUERY_HANDLER_METADATA,
  isClass,
} from '../decorators/metadata.js';
import { CqrsNode } from '../node/cqrs-node.js';
import { findProviders } from '../node/found-handlers.js';
import type { FoundProviders } from '../node/found-handlers.js';
import { handlerClass } from '../node/handler-class.js';
import { CQRS_MODULE_OPTIONS } from './options-token.js';

/** Nodes of buses: an application that imports `CqrsModule` with and without `forRoot` has two sets of buses. */
const nodes = new WeakMap<CatgaNode, CqrsNode>();

/** Registers the decorated handlers with the node, and connects the buses to it. */
@Injectable()
export class CqrsHandlers extends HandlerSource {
  readonly decorator = '@CommandHandler';

  constructor(
    private readonly modules: ModulesContainer,
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
    private readonly eventBus: EventBus,
    @Optional() @Inject(CQRS_MODULE_OPTIONS) private readonly options?: CqrsModuleOptions,
  ) {
    super();
  }

  register(_providers: readonly ExploredProvider[], node: CatgaNode): readonly string[] {
    const known = nodes.get(node);
    const cqrs = known ?? new CqrsNode(node);
    nodes.set(node, cqrs);
    this.connect(cqrs);
    if (known !== undefined) return [];
    return new Registration(node, cqrs, this.options?.strict === true).all(findProviders(this.modules));
  }

  private connect(node: CqrsNode): void {
    const { commandBus, queryBus, eventBus, options } = this;
    node.use({ commandBus, queryBus, eventBus }, options !== undefined);
    // A test may have replaced a bus by its own object.
    for (const bus of [commandBus, queryBus, eventBus]) if ('connect' in bus) bus.connect(node);
  }
}

/** Registration of the handlers of one application. */
class Registration {
  constructor(
    private readonly node: CatgaNode,
    private readonly cqrs: CqrsNode,
    private readonly isStrict: boolean,
  ) {}

  /** Registers all handlers. Returns the problems. */
  all({ commands, queries, events }: FoundProviders): readonly string[] {
    const problems = [
      ...this.registerRequests(commands, 'command'),
      ...this.registerRequests(queries, 'query'),
      ...this.registerEvents(events),
    ];
    this.cqrs.complete();
    return [...new Set(problems)];
  }

  private registerRequests(
    wrappers: readonly InstanceWrapper<object>[],
    kind: 'command' | 'query',
  ): readonly string[] {
    const { node, cqrs } = this;
    const key = kind === 'command' ? COMMAND_HANDLER_METADATA : QUERY_HANDLER_METADATA;
    const handlers = new Map<MessageConstructor, InstanceWrapper<object>>();
    const problems: string[] = [];
    for (const wrapper of wrappers) {
      const message: unknown = Reflect.getMetadata(key, handlerClass(wrapper) ?? Object);
      if (!isClass(message)) continue;
      const problem = cqrs.problemOf(message, kind);
      if (problem !== undefined) problems.push(problem);
      if (!cqrs.isOfKind(message, kind)) continue;
      const first = handlers.get(message);
      if (first !== undefined && this.isStrict)
        problems.push(
          `${message.name} has two handlers, ${describe(first)} and ${describe(wrapper)}: remove one, or set strict to false.`,
        );
      handlers.set(message, wrapper);
    }
    for (const [message, wrapper] of handlers) {
      const target = handlerClass(wrapper);
      const name = target?.name ?? message.name;
      cqrs.addRequest(message, wrapper);
      node.handleRequest(message, (request) => cqrs.handle(kind, request), {
        ...(target && nodeOptionsOf(target)),
        name,
        location: wrapper.host?.name,
        usesContext: false,
        dependsOnCaller: !wrapper.isDependencyTreeStatic(),
      });
    }
    return problems;
  }

  private registerEvents(wrappers: readonly InstanceWrapper<object>[]): readonly string[] {
    const { node, cqrs } = this;
    const names = new Map<string, number>();
    const problems: string[] = [];
    for (const wrapper of wrappers) {
      const target = handlerClass(wrapper);
      const declared: unknown = Reflect.getMetadata(EVENTS_HANDLER_METADATA, target ?? Object);
      if (target === undefined || !Array.isArray(declared)) continue;
      const classes = declared.filter(isClass);
      problems.push(...classes.flatMap((message) => cqrs.problemOf(message, 'event') ?? []));
      const messages = classes.filter((message) => cqrs.isOfKind(message, 'event'));
      if (messages.length === 0) continue;
      const { name: given = target.name, ...options } = nodeOptionsOf(target);
      const count = (names.get(given) ?? 0) + 1;
      names.set(given, count);
      if (count > 1 && this.isStrict)
        problems.push(
          `Two event handlers are named ${given}, the second is ${describe(wrapper)}: provide it in one module, name it with ` +
            '@EventsHandler(…, { name }), or set strict to false.',
        );
      const name = count === 1 ? given : `${given}-${count}`;
      cqrs.addEvents(messages, wrapper, name);
      node.handleEvent(messages, (event) => cqrs.handleEvent(wrapper, event), {
        ...options,
        name,
        location: wrapper.host?.name,
        usesContext: false,
      });
    }
    return problems;
  }
}

function describe(wrapper: InstanceWrapper<object>): string {
  return `${handlerClass(wrapper)?.name ?? wrapper.name} (${wrapper.host?.name ?? 'unknown module'})`;
}
