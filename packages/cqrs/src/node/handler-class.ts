import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { MessageConstructor } from '@catga/core';
import { isClass } from '../decorators/metadata.js';

/** Class of a provider; for a factory, the class of its instance. */
export function handlerClass(wrapper: InstanceWrapper<object>): MessageConstructor | undefined {
  const { instance, inject, metatype } = wrapper;
  const target: unknown = inject ? (instance as object | undefined)?.constructor : metatype;
  if (isClass(target)) return target;
  const own: unknown = (instance as object | undefined)?.constructor;
  return isClass(own) ? own : undefined;
}
