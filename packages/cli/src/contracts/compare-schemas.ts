import { isDeepStrictEqual } from 'node:util';
import type { ContractDocument, Schema } from './contract-document.js';

/** Something that the old schema accepts and the new one may refuse. */
export interface Narrowing {
  readonly code: string;
  /** Where: `lines[].sku`; empty for the content itself. */
  readonly path: string;
  readonly text: string;
}

type ObjectSchema = Readonly<Record<string, unknown>>;

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
/** Limits whose growth refuses more, and those whose fall does. */
const FLOORS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const CEILINGS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
/** Compared by what they mean, below. */
const UNDERSTOOD = new Set([
  ...FLOORS,
  ...CEILINGS,
  'type',
  'enum',
  'const',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'oneOf',
  'allOf',
]);
/** Keywords that refuse nothing. */
const ANNOTATIONS = new Set([
  '$comment',
  '$defs',
  '$id',
  '$schema',
  'default',
  'definitions',
  'deprecated',
  'description',
  'examples',
  'readOnly',
  'title',
  'writeOnly',
]);

/**
 * Compares what a schema of one document accepts with what one of another does. Of keywords that it does not know, any
 * difference counts.
 */
export class SchemaComparison {
  /** Pairs that are being compared: schemas may refer to themselves. */
  private readonly open: (readonly [Schema, Schema])[] = [];

  constructor(
    private readonly before: ContractDocument,
    private readonly after: ContractDocument,
  ) {}

  *narrowed(old: Schema, now: Schema, path = ''): Generator<Narrowing> {
    const from = this.flat(this.before, old);
    const to = this.flat(this.after, now);
    if (to === true || from === false) return;
    if (to === false) return yield { code: 'field-forbidden', path, text: 'is not accepted any more.' };
    const known = this.open.some(([one, other]) => isDeepStrictEqual([one, other], [old, now]));
    if (known) return;
    this.open.push([old, now]);
    try {
      yield* this.objects(from === true ? {} : from, to, path);
    } finally {
      this.open.pop();
    }
  }

  private *objects(from: ObjectSchema, to: ObjectSchema, path: string): Generator<Narrowing> {
    const alternatives = alternativesOf(to);
    const before = alternativesOf(from);
    if (alternatives !== undefined || before !== undefined) {
      // Each of the old ones must be accepted by one of the new ones.
      for (const one of before ?? [from])
        if (!(alternatives ?? [to]).some((other) => this.isAccepted(one, other)))
          yield { code: 'alternative-removed', path, text: `does not accept ${short(one)} any more.` };
      if (alternatives === undefined || before === undefined) return;
    }
    yield* this.types(from, to, path);
    yield* this.values(from, to, path);
    yield* limits(from, to, path);
    yield* this.properties(from, to, path);
    if (to['items'] !== undefined)
      yield* this.narrowed((from['items'] as Schema | undefined) ?? true, to['items'] as Schema, `${path}[]`);
    for (const keyword of Object.keys(to))
      if (
        !UNDERSTOOD.has(keyword) &&
        !ANNOTATIONS.has(keyword) &&
        !isDeepStrictEqual(from[keyword], to[keyword])
      )
        yield { code: 'constraint-changed', path, text: `has another ${keyword}: ${short(to[keyword])}.` };
  }

  private *types(from: ObjectSchema, to: ObjectSchema, path: string): Generator<Narrowing> {
    const accepted = typesOf(to);
    const lost = typesOf(from).filter(
      (type) => !accepted.includes(type) && !(type === 'integer' && accepted.includes('number')),
    );
    if (lost.length > 0)
      yield { code: 'type-changed', path, text: `was ${names(from)}, and is ${names(to)}.` };
  }

  private *values(from: ObjectSchema, to: ObjectSchema, path: string): Generator<Narrowing> {
    const accepted = valuesOf(to);
    if (accepted === undefined) return;
    const were = valuesOf(from);
    const lost = were?.filter((value) => !accepted.some((one) => isDeepStrictEqual(one, value)));
    if (lost === undefined)
      yield { code: 'values-limited', path, text: `accepts only ${accepted.map(short).join(', ')}.` };
    else if (lost.length > 0)
      yield { code: 'value-removed', path, text: `does not accept ${lost.map(short).join(', ')} any more.` };
  }

  private *properties(from: ObjectSchema, to: ObjectSchema, path: string): Generator<Narrowing> {
    const old = propertiesOf(from);
    const now = propertiesOf(to);
    const required = listOf(from['required']);
    for (const name of listOf(to['required']))
      if (!required.includes(name))
        yield {
          code: Object.hasOwn(old, name) ? 'field-required' : 'required-field-added',
          path: within(path, name),
          text: 'is required now.',
        };
    for (const [name, schema] of Object.entries(now))
      if (Object.hasOwn(old, name)) yield* this.narrowed(old[name] ?? true, schema, within(path, name));
    const others = (from['additionalProperties'] as Schema | undefined) ?? true;
    const accepted = (to['additionalProperties'] as Schema | undefined) ?? true;
    for (const [name, schema] of Object.entries(old))
      if (!Object.hasOwn(now, name)) yield* this.narrowed(schema, accepted, within(path, name));
    yield* this.narrowed(others, accepted, within(path, '*'));
  }

  private isAccepted(old: Schema, now: Schema): boolean {
    for (const _narrowing of this.narrowed(old, now)) return false;
    return true;
  }

  /** Without references and `allOf`, whose parts are taken together. */
  private flat(document: ContractDocument, schema: Schema): Schema {
    const found = document.resolve(schema);
    if (typeof found !== 'object' || !Array.isArray(found['allOf'])) return found;
    const { allOf, ...rest } = found;
    return (allOf as Schema[])
      .map((part) => this.flat(document, part))
      .reduce<ObjectSchema>(
        (whole, part) => (typeof part === 'object' ? together(whole, part) : whole),
        rest,
      );
  }
}

/** What both accept. */
function together(one: ObjectSchema, other: ObjectSchema): ObjectSchema {
  const properties: Record<string, Schema> = { ...propertiesOf(one) };
  for (const [name, schema] of Object.entries(propertiesOf(other))) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    properties[name] = known === undefined ? schema : { allOf: [known, schema] };
  }
  const limits = [...FLOORS, ...CEILINGS].flatMap((keyword) => {
    const both = [one[keyword], other[keyword]].filter((limit) => typeof limit === 'number');
    if (both.length < 2) return [];
    return [[keyword, FLOORS.includes(keyword) ? Math.max(...both) : Math.min(...both)] as const];
  });
  return {
    ...one,
    ...other,
    ...Object.fromEntries(limits),
    properties,
    required: [...new Set([...listOf(one['required']), ...listOf(other['required'])])],
  };
}

function* limits(from: ObjectSchema, to: ObjectSchema, path: string): Generator<Narrowing> {
  for (const [keywords, isTighter] of [
    [FLOORS, (old: number, now: number) => now > old],
    [CEILINGS, (old: number, now: number) => now < old],
  ] as const)
    for (const keyword of keywords) {
      const old = from[keyword];
      const now = to[keyword];
      if (typeof now !== 'number' || (typeof old === 'number' && !isTighter(old, now))) continue;
      yield {
        code: 'limit-tightened',
        path,
        text: `has the ${keyword} ${now}, after ${short(old ?? 'none')}.`,
      };
    }
}

function alternativesOf({ anyOf, oneOf }: ObjectSchema): readonly Schema[] | undefined {
  const all = anyOf ?? oneOf;
  return Array.isArray(all) ? (all as Schema[]) : undefined;
}

function typesOf({ type }: ObjectSchema): readonly string[] {
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? (type as string[]) : TYPES;
}

function names(schema: ObjectSchema): string {
  return schema['type'] === undefined ? 'anything' : typesOf(schema).join(' or ');
}

function valuesOf(schema: ObjectSchema): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
}

function propertiesOf({ properties }: ObjectSchema): Readonly<Record<string, Schema>> {
  return (properties ?? {}) as Readonly<Record<string, Schema>>;
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}

function within(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
