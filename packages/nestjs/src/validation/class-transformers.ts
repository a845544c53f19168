import { types } from 'node:util';
import type { MessageType } from '@catga/core/engine';
import { isAbsentPackage } from './absent-package.js';

/** Transforms a message's fields by the class-transformer decorators of its class. */
export type FieldTransformer = (message: object) => object;

/** Part of class-transformer's metadata storage: whether a class has decorators. */
interface DecoratorRecord {
  readonly _typeMetadatas?: ReadonlyMap<unknown, unknown>;
  readonly _transformMetadatas?: ReadonlyMap<unknown, unknown>;
  readonly _exposeMetadatas?: ReadonlyMap<unknown, unknown>;
  readonly _excludeMetadatas?: ReadonlyMap<unknown, unknown>;
}

/** The only path that exports it. */
const RECORD: string = 'class-transformer/cjs/storage.js';

/**
 * Transformers of message classes with class-transformer decorators (`@Type`, `@Transform`, `@Expose`, `@Exclude`), as
 * applied by a `ValidationPipe` without `transformOptions`. Undefined if the package is not installed.
 */
export async function classTransformers(): Promise<
  ((type: MessageType) => FieldTransformer | undefined) | undefined
> {
  try {
    const { plainToClassFromExist } = await import('class-transformer');
    const { defaultMetadataStorage: record } = (await import(RECORD)) as {
      readonly defaultMetadataStorage: DecoratorRecord;
    };
    return ({ target }) => {
      if (!isDecorated(record, target)) return undefined;
      return (message) =>
        // Only `constructor` refers to the class, so that neither its constructor nor its setters run.
        plainToClassFromExist(
          Object.defineProperty({}, 'constructor', { value: target }),
          copyOf({ ...message }, new Map()) as object,
        );
    };
  } catch (thrown) {
    if (isAbsentPackage('class-transformer', thrown)) return undefined;
    throw thrown;
  }
}

function isDecorated(record: DecoratorRecord, target: unknown): boolean {
  const kinds = [
    record._typeMetadatas,
    record._transformMetadatas,
    record._exposeMetadatas,
    record._excludeMetadatas,
  ];
  for (let at = target; typeof at === 'function'; at = Object.getPrototypeOf(at))
    if (kinds.some((kind) => kind?.has(at) === true)) return true;
  return false;
}

/** Deep copy of objects: class-transformer deletes discriminators from its input. */
function copyOf(value: unknown, copies: Map<unknown, unknown>): unknown {
  if (typeof value !== 'object' || value === null || isOfAnotherKind(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const isList = Array.isArray(value);
  const copy: object = isList ? [] : (Object.create(Object.getPrototypeOf(value) as object | null) as object);
  copies.set(value, copy);
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, key, {
      value: copyOf(item, copies),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

function isOfAnotherKind(value: object): boolean {
  return (
    types.isDate(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isPromise(value) ||
    ArrayBuffer.isView(value)
  );
}
