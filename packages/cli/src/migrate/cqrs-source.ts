/** A place in a source file, and what was done there or wants a look. */
export interface MigrationNote {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly kind: 'changed' | 'look';
  readonly code: MigrationCode;
  readonly text: string;
}

export type MigrationCode =
  | 'import'
  | 'dependency'
  | 'deep-import'
  | 'event-publisher'
  | 'rethrow'
  | 'saga'
  | 'exception-text'
  | 'two-nodes'
  | 'strict-result';

const MODULE = /(['"`])@nestjs\/cqrs\1/g;
const DEEP_IMPORT = /['"`]@nestjs\/cqrs\/[^'"`]*['"`]/;

/** What wants a look, by what a line has in it. */
const LOOKS: readonly (readonly [code: MigrationCode, sign: RegExp, text: string])[] = [
  ['deep-import', DEEP_IMPORT, 'a file inside of @nestjs/cqrs: @catga/cqrs has only its main entry'],
  [
    'event-publisher',
    /\beventPublisher\s*[:,}]|implements[^{]*\bIEventPublisher\b|\beventBus\.publisher\s*=/,
    'this publisher takes events in place of the node: through it none is stored, or leaves the process',
  ],
  [
    'rethrow',
    /\brethrowUnhandled\s*:\s*true\b/,
    'ends the process at the first error, instead of one subscription',
  ],
  [
    'saga',
    /@Saga\(/,
    'sees events that this process publishes, none of another service; goes on after an error',
  ],
  ['exception-text', /No handler found for the/, 'the texts of the exceptions are others: look at the class'],
  [
    'strict-result',
    /expect\(\s*\(\)\s*=>[^;]*\.execute\(/,
    'execute throws at once only without a handler; what a handler throws is a rejection',
  ],
  [
    'two-nodes',
    /\bCatgaModule\.forRoot/,
    'with CatgaModule imported already, say CqrsModule.forRoot({ catga: false })',
  ],
];

/** A source file of an application, with its imports changed. Undefined if it has nothing of `@nestjs/cqrs`. */
export function migrateCqrsSource(
  file: string,
  text: string,
): { readonly text: string; readonly notes: readonly MigrationNote[] } | undefined {
  if (!text.includes('@nestjs/cqrs')) return undefined;
  const notes: MigrationNote[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    if (content.search(MODULE) >= 0)
      notes.push({ file, line, kind: 'changed', code: 'import', text: 'imports @catga/cqrs' });
    for (const [code, sign, look] of LOOKS)
      if (sign.test(content)) notes.push({ file, line, kind: 'look', code, text: look });
  }
  return { text: text.replaceAll(MODULE, '$1@catga/cqrs$1'), notes };
}

const GROUPS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/**
 * A `package.json` with its dependency changed. Undefined if it has none.
 * @param version of the packages of Catga
 */
export function migrateManifest(
  file: string,
  text: string,
  version: string,
): { readonly text: string; readonly notes: readonly MigrationNote[] } | undefined {
  const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  const notes: MigrationNote[] = [];
  for (const group of GROUPS) {
    const dependencies = manifest[group];
    if (dependencies?.['@nestjs/cqrs'] === undefined) continue;
    const line = text.slice(0, text.indexOf('"@nestjs/cqrs"')).split('\n').length;
    delete dependencies['@nestjs/cqrs'];
    dependencies['@catga/cqrs'] = `^${version}`;
    dependencies['@catga/nestjs'] ??= `^${version}`;
    const sorted = Object.entries(dependencies).sort(([one], [other]) => (one < other ? -1 : 1));
    manifest[group] = Object.fromEntries(sorted);
    notes.push({
      file,
      line,
      kind: 'changed',
      code: 'dependency',
      text: `${group}: @catga/cqrs, @catga/nestjs`,
    });
  }
  if (notes.length === 0) return undefined;
  const indent = /^(\s+)"/m.exec(text)?.[1]?.replace('\n', '') ?? '  ';
  return { text: `${JSON.stringify(manifest, null, indent)}\n`, notes };
}
