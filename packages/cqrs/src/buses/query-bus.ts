/* oxlint-disable typescript/no-explicit-any -- the types that applications of @nestjs/cqrs were written against */
import { Inject, Injectable, Optional } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { SendOptions } from '@catga/core';
import type { AsyncContext } from '../contracts/async-context.js';
import type { IQueryBus } from '../contracts/buses.js';
import type { IQueryHandler } from '../contracts/handlers.js';
import type { IQuery, IQueryResult, Query } from '../contracts/messages.js';
import type { CqrsModuleOptions } from '../contracts/module-options.js';
import type { IQueryPublisher } from '../contracts/publishers.js';
import { QUERY_HANDLER_METADATA, QUERY_METADATA } from '../decorators/metadata.js';
import { InvalidQueryHandlerException, QueryHandlerNotFoundException } from '../exceptions/exceptions.js';
import { CQRS_MODULE_OPTIONS } from '../module/options-token.js';
import { RequestBus } from './request-bus.js';
import type { RequestKind } from './request-bus.js';
import { SubjectPublisher } from './subject-publisher.js';

const QUERIES: RequestKind = {
  kind: 'query',
  messageKey: QUERY_METADATA,
  handlerKey: QUERY_HANDLER_METADATA,
  notFound: (name, cause) => new QueryHandlerNotFoundException(name, cause === undefined ? {} : { cause }),
  invalid: () => new InvalidQueryHandlerException(),
};

/**
 * Bus of queries: executes them here or on a node that handles them. Also the observable stream of all queries executed here.
 *
 * @publicApi
 */
@Injectable()
export class QueryBus<QueryBase extends IQuery = IQuery>
  extends RequestBus<QueryBase, IQueryPublisher<QueryBase>>
  implements IQueryBus<QueryBase>
{
  constructor(moduleRef: ModuleRef, @Optional() @Inject(CQRS_MODULE_OPTIONS) options?: CqrsModuleOptions) {
    super(moduleRef, QUERIES, options?.queryPublisher, ({ subject$ }) => new SubjectPublisher(subject$));
  }

  /**
   * Executes a query, and resolves with the result of its handler. Rejects with a `QueryHandlerNotFoundException` if it has
   * none.
   * @param context the context of request-scoped handlers, or options of the call: with these it rejects with `CATGA_CONFIGURATION`
   * without a node, and with `CATGA_SHUTTING_DOWN` while the node is not running
   */
  execute<TResult>(query: Query<TResult>): Promise<TResult>;
  execute<T extends QueryBase, TResult = any>(query: T): Promise<TResult>;
  execute<TResult>(query: Query<TResult>, context: AsyncContext | SendOptions): Promise<TResult>;
  execute<T extends QueryBase, TResult = any>(
    query: T,
    context: AsyncContext | SendOptions,
  ): Promise<TResult>;
  async execute(query: any, context?: AsyncContext | SendOptions): Promise<any> {
    return this.handle(query, context);
  }

  /** Binds a handler to the queries with an id. */
  override bind<T extends QueryBase, TResult extends IQueryResult = any>(
    handler: InstanceWrapper<IQueryHandler<T, TResult>>,
    queryId: string,
  ): void {
    super.bind(handler, queryId);
  }

  /** Registers handlers by their decorators. */
  override register(handlers: InstanceWrapper<IQueryHandler<QueryBase>>[] = []): void {
    super.register(handlers);
  }

  protected override registerHandler(handler: InstanceWrapper<IQueryHandler<QueryBase>>): void {
    super.registerHandler(handler);
  }
}
