import { Injectable } from '@nestjs/common';
import type { ContextId } from '@nestjs/core';
import { ApplicationConfig, ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import type { NestContainer } from '@nestjs/core';
import type { HandlerFunction } from '@catga/core/engine';

/** What `ExecutionContext.getType()` says in an enhancer of a handler. */
export const CATGA_CONTEXT_TYPE = 'catga';

/** The keys under which Nest keeps what `@UseGuards` and its like say; part of its public metadata. */
const PIPES = '__pipes__';
const FILTERS = '__exceptionFilters__';
const ENHANCERS = ['__guards__', '__interceptors__', PIPES, FILTERS];

const PARAMETERS = 'catga:parameters';
const MESSAGE_PARAMETER = 0;
const CONTEXT_PARAMETER = 1;

/** One method that handles messages, on one instance. */
export interface HandlerMethod {
  readonly instance: object;
  readonly method: string;
  /** For handlers that are made per message. */
  readonly contextId?: ContextId;
  readonly inquirerId?: string;
}

/** Puts Nest's guards, pipes, interceptors and filters around handlers that have any. Global ones do not apply. */
@Injectable()
export class EnhancerContext {
  private readonly creator: ExternalContextCreator;

  constructor(modules: ModulesContainer) {
    // A configuration of its own has no global enhancers: those were written for HTTP, as in a hybrid application.
    this.creator = ExternalContextCreator.fromContainer({
      getModules: () => modules,
      applicationConfig: new ApplicationConfig(),
    } as NestContainer);
    const applyPipes = this.creator.getParamValue.bind(this.creator);
    this.creator.getParamValue = async (value, metadata, pipes) =>
      Number(metadata.type) === CONTEXT_PARAMETER ? value : applyPipes(value, metadata, pipes);
  }

  /** Whether the class or the method says anything. */
  hasEnhancers(target: object, method: object): boolean {
    return ENHANCERS.some((key) => Reflect.hasMetadata(key, target) || Reflect.hasMetadata(key, method));
  }

  /** The method with its enhancers around it. */
  wrap({ instance, method, contextId, inquirerId }: HandlerMethod, target: object): HandlerFunction {
    const callback = (instance as Record<string, (...args: unknown[]) => unknown>)[method];
    if (callback === undefined) throw new TypeError(`${method} is not a method`);
    const has = (key: string): boolean =>
      Reflect.hasMetadata(key, target) || Reflect.hasMetadata(key, callback);
    if (has(PIPES)) describeParameters(instance, method);
    return this.creator.create(
      instance,
      callback,
      method,
      PARAMETERS,
      { exchangeKeyForValue: (index: number, _data: unknown, args: unknown[]) => args[index] },
      contextId,
      inquirerId,
      { guards: true, interceptors: true, filters: has(FILTERS) },
      CATGA_CONTEXT_TYPE,
    );
  }
}

/** Says that the message and the context are parameters, as `@Body()` would in a controller: pipes need it. */
function describeParameters(instance: object, method: string): void {
  const parameters = Object.fromEntries(
    [MESSAGE_PARAMETER, CONTEXT_PARAMETER].map((index) => [`${index}:${index}`, { index, pipes: [] }]),
  );
  Reflect.defineMetadata(PARAMETERS, parameters, instance.constructor, method);
}
