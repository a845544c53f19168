import { Command as CatgaCommand, Query as CatgaQuery } from '@catga/core';

/** A command: any object. */
// oxlint-disable-next-line typescript/no-empty-object-type -- any object may be one, as in @nestjs/cqrs
export interface ICommand {}

/** An event: any object. */
// oxlint-disable-next-line typescript/no-empty-object-type -- any object may be one, as in @nestjs/cqrs
export interface IEvent {}

/** A query: any object. */
// oxlint-disable-next-line typescript/no-empty-object-type -- any object may be one, as in @nestjs/cqrs
export interface IQuery {}

/** A result of a query: any object. */
// oxlint-disable-next-line typescript/no-empty-object-type -- any object may be one, as in @nestjs/cqrs
export interface IQueryResult {}

/**
 * Optional base class of commands, which types the result of `execute`. Also a command of Catga.
 *
 * @publicApi
 */
export class Command<T> extends CatgaCommand<T> implements ICommand {}

/** Type of the result of a command. */
export type CommandResult<C extends Command<unknown>> = C extends Command<infer R> ? R : never;

/**
 * Optional base class of queries, which types the result of `execute`. Also a query of Catga.
 *
 * @publicApi
 */
export class Query<T> extends CatgaQuery<T> implements IQuery {}

/** Type of the result of a query. */
export type QueryResult<C extends Query<unknown>> = C extends Query<infer R> ? R : never;
