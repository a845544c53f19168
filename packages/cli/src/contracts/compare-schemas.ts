import { isDeepStrictEqual } from 'node:util';
import type { ContractDocument, Schema } from './contract-document.js';

/** A value accepted by the old schema that the new one may refuse. */
export interface Narrowing {
  readonly code: string;
  /** Path, such as `lines[].sku`; empty for the content itself. */
  readonly path: string;
  readonly text: string;
}

type ObjectSchema = Readonly<Record<string, unknown>>;

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
/** Lower limits, which refuse more when raised, and upper limits, which refuse more when lowered. */
const FLOORS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const CEILINGS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
/** Keywords that are compared by their meaning. */
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

/** Compares what two schemas of different documents accept. Any difference in an unknown keyword counts as breaking. */
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
    if (to === false) return yield { code: 'field-forbidden', path, text: 'is no longer accepted.' };
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
      // A new alternative must accept each old one.
      for (const one of before ?? [from])
        if (!(alternatives ?? [to]).some((other) => this.isAccepted(one, other)))
          yield { code: 'alternative-removed', path, text: `no longer accepts ${short(one)}.` };
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
        yield { code: 'constraint-changed', path, text: `changed its ${keyword} to ${short(to[keyword])}.` };
  }

  private *types(from: ObjectSchema, to: ObjectSchema, path: string): Generator<Narrowing> {
    const accepted = typesOf(to);
    const lost = typesOf(from).filter(
      (type) => !accepted.includes(type) && !(type === 'integer' && accepted.includes('number')),
    );
    if (lost.length > 0)
      yield { code: 'type-changed', path, text: `was ${names(from)}, is now ${names(to)}.` };
  }

  private *values(from: ObjectSchema, to: ObjectSchema, path: string): Generator<Narrowing> {
    const accepted = valuesOf(to);
    if (accepted === undefined) return;
    const were = valuesOf(from);
    const lost = were?.filter((value) => !accepted.some((one) => isDeepStrictEqual(one, value)));
    if (lost === undefined)
      yield { code: 'values-limited', path, text: `now only accepts ${accepted.map(short).join(', ')}.` };
    else if (lost.length > 0)
      yield { code: 'value-removed', path, text: `no longer accepts ${lost.map(short).join(', ')}.` };
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
          text: 'is now required.',
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

  /** Resolves references and merges `allOf`. */
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

/** Values that both accept. */
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
        text: `changed its ${keyword} from ${short(old ?? 'none')} to ${now}.`,
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
