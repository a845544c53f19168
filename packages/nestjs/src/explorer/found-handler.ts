import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { HandlerMetadata } from '../decorators/handler-metadata.js';

/** A decorated class or method among the providers of the application. */
export interface FoundHandler {
  readonly wrapper: InstanceWrapper<object>;
  /** The class that carries the decorator. */
  readonly target: { readonly name: string };
  readonly method: string | symbol;
  readonly callback: (...args: never[]) => unknown;
  readonly metadata: HandlerMetadata;
  /** `Class` or `Class.method`. */
  readonly name: string;
  /** The module that provides it. */
  readonly location: string;
}
