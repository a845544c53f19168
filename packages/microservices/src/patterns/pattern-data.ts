import type { MessageHeaders } from '@catga/nestjs';

/** Header of a message whose content is not the data itself but `{ value: data }`. */
const VALUE_HEADER = 'catga-nest-value';
/** Header of a request whose sender understands {@link MANY}. */
const VALUES_HEADER = 'catga-nest-values';
/** Key of a result that stands for all values of a stream. */
const MANY = 'catga.values';

/** Content of a message, and the headers that describe it. */
export interface PatternContent {
  readonly content: object;
  readonly headers: MessageHeaders;
}

/** Wraps data of any type as the content of a message, which is always an object. */
export function contentOf(data: unknown): PatternContent {
  return Object.prototype.toString.call(data) === '[object Object]'
    ? { content: { ...(data as object) }, headers: {} }
    : { content: { value: data }, headers: { [VALUE_HEADER]: '1' } };
}

/** Unwraps the data of a message. */
export function dataOf(message: object, headers: MessageHeaders): unknown {
  return headers[VALUE_HEADER] === '1' ? (message as { readonly value?: unknown }).value : { ...message };
}

/** Headers of a request whose sender accepts all values of a stream. */
export const TAKES_VALUES: MessageHeaders = Object.freeze({ [VALUES_HEADER]: '1' });

/** Result of a request: all values of a stream if the sender accepts them, else the last one. */
export function resultOf(values: readonly unknown[], headers: MessageHeaders): unknown {
  return values.length !== 1 && headers[VALUES_HEADER] === '1' ? { [MANY]: values } : values.at(-1);
}

/** The values of a result. */
export function valuesOf(result: unknown): readonly unknown[] {
  const many: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, MANY) : undefined;
  return Array.isArray(many) ? many : [result];
}
