import { Injectable } from '@nestjs/common';
import type { ContextId } from '@nestjs/core';
import { ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import type { ApplicationConfig, NestContainer } from '@nestjs/core';
import type { HandlerFunction } from '@catga/core/engine';
import type { FoundHandler } from './found-handler.js';
import { GlobalEnhancers } from './global-enhancers.js';
import type { EnhancerKind } from './global-enhancers.js';

/** Value of `ExecutionContext.getType()` in an enhancer of a handler. */
export const CATGA_CONTEXT_TYPE = 'catga';

/** Nest's metadata keys of `@UseGuards`, `@UseInterceptors`, …; part of its public metadata. */
const KEYS: Readonly<Record<EnhancerKind, string>> = {
  guards: '__guards__',
  interceptors: '__interceptors__',
  pipes: '__pipes__',
  filters: '__exceptionFilters__',
};
const KINDS = Object.keys(KEYS) as readonly EnhancerKind[];

/** Nest's parameter types. The message is a body, because `ValidationPipe` and other pipes ignore other types. */
const MESSAGE_PARAMETER = 3;
const CONTEXT_PARAMETER = 0;

/** A handler method of an instance. */
export interface HandlerMethod {
  readonly instance: object;
  readonly method: string | symbol;
  /** The handler's id, under which Nest keeps its transient enhancers. */
  readonly inquirerId: string;
  /** Of handlers that are instantiated per message. */
  readonly contextId?: ContextId;
}

/**
 * Wraps handlers in guards, pipes, interceptors and filters: those of the class and the method,
 * and the global ones with the option `globalEnhancers`.
 */
@Injectable()
export class EnhancerContext {
  private shared: ExternalContextCreator | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly globals: GlobalEnhancers,
  ) {}

  /** Whether there are enhancers of one of these kinds, the global ones included. */
  hasEnhancers({ wrapper, target, callback }: FoundHandler, ...kinds: readonly EnhancerKind[]): boolean {
    const owner = ownerOf(wrapper, target);
    return (kinds.length === 0 ? KINDS : kinds).some((kind) => this.has(kind, owner, callback));
  }

  /**
   * Enhancer classes that Nest has not instantiated for this handler, because it is not provided as a class. Nest
   * would silently skip them, guards included.
   */
  missing({ wrapper, target, callback }: FoundHandler): readonly string[] {
    const all = KINDS.flatMap((kind) => enhancersOf(kind, ownerOf(wrapper, target), callback));
    const classes = all.filter((enhancer) => typeof enhancer === 'function');
    return classes.filter((enhancer) => !wrapper.host?.injectables.has(enhancer)).map(({ name }) => name);
  }

  /** The method, wrapped in its enhancers. */
  wrap(handler: HandlerMethod): HandlerFunction {
    this.shared ??= this.creatorWith(this.globals.shared());
    return this.wrapBy(this.shared, handler);
  }

  /** The method for one message, with its enhancers and the request-scoped global ones. */
  async wrapForMessage(handler: HandlerMethod, message: ContextId): Promise<HandlerFunction> {
    if (this.globals.scoped.length === 0) return this.wrap(handler);
    return this.wrapBy(this.creatorWith(await this.globals.forMessage(message)), handler);
  }

  private wrapBy(
    creator: ExternalContextCreator,
    { instance, method, contextId, inquirerId }: HandlerMethod,
  ): HandlerFunction {
    const callback = methodOf(instance, method);
    if (callback === undefined) throw new TypeError(`${String(method)} is not a method`);
    return creator.create(
      instance,
      callback,
      method as string, // A metadata key, which may be a symbol.
      undefined,
      undefined,
      contextId,
      inquirerId,
      { guards: true, interceptors: true, filters: this.has('filters', instance.constructor, callback) },
      CATGA_CONTEXT_TYPE,
    );
  }

  private creatorWith(applicationConfig: ApplicationConfig): ExternalContextCreator {
    const creator = ExternalContextCreator.fromContainer({
      getModules: () => this.modules,
      applicationConfig,
    } as NestContainer);
    // Pipes need parameters, which `@Body()` and its like describe in a controller.
    creator.getMetadata = (instance: object, method) => {
      const hasPipes = this.has('pipes', instance.constructor, methodOf(instance, method) ?? instance);
      return hasPipes ? PARAMETERS : NO_PARAMETERS;
    };
    const applyPipes = creator.getParamValue.bind(creator);
    creator.getParamValue = async (value, metadata, pipes) => {
      if (Number(metadata.type) === CONTEXT_PARAMETER) return value;
      // Compilers emit parameter types for decorated methods only, and none for unions.
      const { constructor: metatype } = value as { readonly constructor: typeof metadata.metatype };
      return applyPipes(value, { ...metadata, data: undefined, metatype }, pipes);
    };
    return creator;
  }

  private has(kind: EnhancerKind, owner: object, method: object): boolean {
    return this.globals.has(kind) || enhancersOf(kind, owner, method).length > 0;
  }
}

type Metadata = ReturnType<ExternalContextCreator['getMetadata']>;

const NO_PARAMETERS: Metadata = { argsLength: 0, paramtypes: [], getParamsMetadata: () => [] };

const PARAMETERS: Metadata = {
  argsLength: 2,
  paramtypes: [],
  getParamsMetadata: () =>
    [MESSAGE_PARAMETER, CONTEXT_PARAMETER].map((type, index) => ({
      index,
      type,
      data: '',
      pipes: [],
      extractValue: (...args: unknown[]) => args[index],
    })),
};

function methodOf(instance: object, method: string | symbol): ((...args: unknown[]) => unknown) | undefined {
  return (instance as Record<string | symbol, (...args: unknown[]) => unknown>)[method];
}

/** The class from which Nest reads enhancers: that of the instance, which a test may have replaced by a plain object. */
function ownerOf({ instance }: FoundHandler['wrapper'], target: object): object {
  return (instance as object | undefined)?.constructor ?? target;
}

/** Enhancer classes and instances; those of the class first. */
function enhancersOf(
  kind: EnhancerKind,
  owner: object,
  method: object,
): readonly (object & { readonly name: string })[] {
  const read = (target: object): readonly (object & { readonly name: string })[] => {
    const enhancers: unknown = Reflect.getMetadata(KEYS[kind], target);
    return Array.isArray(enhancers) ? (enhancers as ReturnType<typeof read>) : [];
  };
  return [...read(owner), ...read(method)];
}
