import { describeMessage, lineOf } from '@catga/core/engine';
import type { MessageType } from '@catga/core/engine';
import { tableProblemsOf } from './projection-tables.js';
import { methodsOf, projectionOptionsOf } from './projection.decorator.js';

const DEFAULT_BATCH = 200;
const MAX_BATCH = 10_000;

/** Definition of a projection, from its class. */
export interface ProjectionDefinition {
  readonly name: string;
  readonly version: number;
  readonly batch: number;
  readonly isInline: boolean;
  /** Method with `@OnBatch`. */
  readonly batchMethod: string | symbol | undefined;
  /** Columns by the name of a table. */
  readonly tables: Readonly<Record<string, string>>;
  /** By wire name. */
  readonly events: ReadonlyMap<string, { readonly type: MessageType; readonly method: string | symbol }>;
}

/** Returns the definition, or the problems of the class. */
export function projectionDefinitionOf(
  target: object & { readonly name: string },
): ProjectionDefinition | readonly string[] {
  const {
    name,
    version = 1,
    batch = DEFAULT_BATCH,
    streams = [],
    mode = 'async',
    tables = {},
    ...unknown
  } = projectionOptionsOf(target) ?? { name: '' };
  const problems: string[] = [];
  const problem = (text: string): number => problems.push(`The projection ${target.name} ${text}`);
  if (typeof name !== 'string' || !/^[^\0\p{Surrogate}]{1,100}$/u.test(name))
    problem('needs a name of 1 to 100 letters.');
  if (!(Number.isSafeInteger(version) && version >= 1))
    problem('has a version that is not a whole number from 1.');
  if (!(Number.isInteger(batch) && batch >= 1 && batch <= MAX_BATCH))
    problem(`has a batch that is not 1 to ${MAX_BATCH}.`);
  if (mode !== 'async' && mode !== 'inline') problem("has a mode that is neither 'async' nor 'inline'.");
  tableProblemsOf(tables).forEach(problem);
  if (!Array.isArray(streams)) problem('has streams that are not an array.');
  else if (streams.some((stream: unknown) => typeof stream !== 'function'))
    problem('has an entry of `streams` that is not a class; is it undefined because of a circular import?');
  for (const key of Object.keys(unknown)) problem(`has the unknown option '${key}' in @Projection.`);
  const events = new Map<string, { readonly type: MessageType; readonly method: string | symbol }>();
  const methods = methodsOf(target);
  const batchMethod = methods.find(({ isBatch }) => isBatch)?.method;
  if (batchMethod !== undefined && methods.some(({ method }) => method !== batchMethod))
    problem('has other methods beside one with @OnBatch: events would be handled out of order.');
  for (const { event, method, isBatch, isStatic } of methods) {
    const use = `uses ${isBatch ? '@OnBatch' : '@On'} on`;
    if (isStatic) {
      problem(
        `${use} the static method ${String(method)}, which has no instance: make it a method of the instance.`,
      );
      continue;
    }
    if (typeof event !== 'function') {
      problem(
        `${use} ${String(method)}, whose event is not a class; is it undefined because of a circular import?`,
      );
      continue;
    }
    try {
      const type = describeMessage(event);
      const other = events.get(type.name);
      if (type.kind !== 'event')
        problem(`${use} ${String(method)}: ${type.name} is a ${type.kind}, and streams are made of events.`);
      if (other !== undefined)
        problem(
          `has two methods for the event '${type.name}': ${String(other.method)} and ${String(method)}.`,
        );
      events.set(type.name, { type, method });
    } catch (thrown) {
      problem(`${use} ${String(method)}: ${lineOf(thrown)}`);
    }
  }
  if (events.size === 0 && problems.length === 0) problem('has no method with @On or @OnBatch.');
  return problems.length > 0
    ? problems
    : { name, version, batch, events, isInline: mode === 'inline', batchMethod, tables };
}
