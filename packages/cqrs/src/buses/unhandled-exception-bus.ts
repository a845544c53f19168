import { Inject, Injectable, Optional } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import 'reflect-metadata';
import { filter } from 'rxjs';
import type { Observable } from 'rxjs';
import type { ICommand, IEvent } from '../contracts/messages.js';
import type { CqrsModuleOptions } from '../contracts/module-options.js';
import type { IUnhandledExceptionPublisher, UnhandledExceptionInfo } from '../contracts/publishers.js';
import { CQRS_MODULE_OPTIONS } from '../module/options-token.js';
import { ObservableBus } from './observable-bus.js';
import { SubjectPublisher } from './subject-publisher.js';

/**
 * Bus of errors that reach no caller: of event handlers, of sagas, and of their commands.
 *
 * @publicApi
 */
@Injectable()
export class UnhandledExceptionBus<Cause = IEvent | ICommand> extends ObservableBus<
  UnhandledExceptionInfo<Cause>
> {
  private current: IUnhandledExceptionPublisher<Cause>;

  constructor(@Optional() @Inject(CQRS_MODULE_OPTIONS) options?: CqrsModuleOptions) {
    super();
    const own = options?.unhandledExceptionPublisher as IUnhandledExceptionPublisher<Cause> | undefined;
    this.current = own ?? new SubjectPublisher(this.subject$);
  }

  /** Operator: filters errors that are instances of one of these classes. */
  static ofType<TInput extends IEvent | ICommand, TOutput extends IEvent | ICommand>(
    ...types: Type<TOutput>[]
  ): (source: Observable<UnhandledExceptionInfo<TInput>>) => Observable<UnhandledExceptionInfo<TOutput>> {
    const isOne = (info: UnhandledExceptionInfo): info is UnhandledExceptionInfo<TOutput> =>
      types.some((type) => info.exception instanceof type);
    return (source) => source.pipe(filter(isOne));
  }

  /** Publisher, called with each error. */
  get publisher(): IUnhandledExceptionPublisher<Cause> {
    return this.current;
  }

  set publisher(publisher: IUnhandledExceptionPublisher<Cause>) {
    this.current = publisher;
  }

  /** Publishes an error. */
  publish(info: UnhandledExceptionInfo<Cause>): unknown {
    return this.current.publish(info) as unknown;
  }
}
