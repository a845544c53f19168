import { Injectable } from '@nestjs/common';
import type { ContextId } from '@nestjs/core';
import { ApplicationConfig, ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import type { NestContainer } from '@nestjs/core';
import type { HandlerFunction } from '@catga/core/engine';
import type { FoundHandler } from './found-handler.js';

/** What `ExecutionContext.getType()` says in an enhancer of a handler. */
export const CATGA_CONTEXT_TYPE = 'catga';

/** The keys under which Nest keeps what `@UseGuards` and its like say; part of its public metadata. */
const PIPES = '__pipes__';
const FILTERS = '__exceptionFilters__';
const ENHANCERS = ['__guards__', '__interceptors__', PIPES, FILTERS];

const PARAMETERS = 'catga:parameters';

/** What Nest calls parameters. The message is a body: `ValidationPipe` and its like leave other kinds alone. */
const MESSAGE_PARAMETER = 3;
const CONTEXT_PARAMETER = 0;

/** One method that handles messages, on one instance. */
export interface HandlerMethod {
  readonly instance: object;
  readonly method: string | symbol;
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
    this.creator.getParamValue = async (value, metadata, pipes) => {
      if (Number(metadata.type) === CONTEXT_PARAMETER) return value;
      // Compilers write down the types of decorated methods only, and of unions nothing.
      const { constructor: metatype } = value as { readonly constructor: typeof metadata.metatype };
      return applyPipes(value, { ...metadata, metatype }, pipes);
    };
  }

  /** Whether the class of the instance or the method says anything. */
  hasEnhancers({ wrapper, target, callback }: FoundHandler): boolean {
    return ENHANCERS.some((key) => enhancersOf(key, ownerOf(wrapper, target), callback).length > 0);
  }

  /**
   * The classes of enhancers that Nest has not made for this handler, because it is not provided as a class. Nest
   * would leave them out without a word, guards included.
   */
  missing({ wrapper, target, callback }: FoundHandler): readonly string[] {
    const all = ENHANCERS.flatMap((key) => enhancersOf(key, ownerOf(wrapper, target), callback));
    const classes = all.filter((enhancer) => typeof enhancer === 'function');
    return classes.filter((enhancer) => !wrapper.host?.injectables.has(enhancer)).map(({ name }) => name);
  }

  /** The method with its enhancers around it. */
  wrap({ instance, method, contextId, inquirerId }: HandlerMethod): HandlerFunction {
    const callback = (instance as Record<string | symbol, (...args: unknown[]) => unknown>)[method];
    if (callback === undefined) throw new TypeError(`${String(method)} is not a method`);
    const has = (key: string): boolean => enhancersOf(key, instance.constructor, callback).length > 0;
    if (has(PIPES)) describeParameters(instance, method);
    return this.creator.create(
      instance,
      callback,
      method as string, // A key of metadata, which a symbol is as well.
      PARAMETERS,
      {
        exchangeKeyForValue: (type: number, _data: unknown, args: unknown[]) =>
          args[type === MESSAGE_PARAMETER ? 0 : 1],
      },
      contextId,
      inquirerId,
      { guards: true, interceptors: true, filters: has(FILTERS) },
      CATGA_CONTEXT_TYPE,
    );
  }
}

/** The class that Nest reads enhancers from: that of the instance, which a test may have replaced by a plain object. */
function ownerOf({ instance }: FoundHandler['wrapper'], target: object): object {
  return (instance as object | undefined)?.constructor ?? target;
}

/** Classes and instances, of the class first. */
function enhancersOf(
  key: string,
  owner: object,
  method: object,
): readonly (object & { readonly name: string })[] {
  const read = (target: object): readonly (object & { readonly name: string })[] => {
    const enhancers: unknown = Reflect.getMetadata(key, target);
    return Array.isArray(enhancers) ? (enhancers as ReturnType<typeof read>) : [];
  };
  return [...read(owner), ...read(method)];
}

/** Says that the message and the context are parameters, as `@Body()` would in a controller: pipes need it. */
function describeParameters(instance: object, method: string | symbol): void {
  const parameters = Object.fromEntries(
    [MESSAGE_PARAMETER, CONTEXT_PARAMETER].map((type, index) => [`${type}:${index}`, { index, pipes: [] }]),
  );
  Reflect.defineMetadata(PARAMETERS, parameters, instance.constructor, method);
}
