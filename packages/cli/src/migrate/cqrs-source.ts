/** A place in a source file that was changed or needs review. */
export interface MigrationNote {
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
  readonly kind: 'changed' | 'look';
  readonly code: MigrationCode;
  readonly text: string;
}

export type MigrationCode =
  | 'import'
  | 'dependency'
  | 'manifest'
  | 'mention'
  | 'deep-import'
  | 'event-publisher'
  | 'rethrow'
  | 'saga'
  | 'exception-text'
  | 'two-nodes'
  | 'strict-result';

const MODULE = /(['"`])@nestjs\/cqrs\1/g;
const DEEP_IMPORT = /['"`]@nestjs\/cqrs\/[^'"`]*['"`]/;
/** The module in other forms than its name in quotes and a file of it: `'^@nestjs/cqrs$'`, `"@nestjs/cqrs@11"`. */
const MENTION = /(?<!['"`])@nestjs\/cqrs(?![-\w])|@nestjs\/cqrs(?![-\w/'"`])/;
const MENTIONED =
  'mentions @nestjs/cqrs in another form, and was not changed: change it, unless it is a comment';

/** Places to review, by patterns in a line. */
const LOOKS: readonly (readonly [code: MigrationCode, sign: RegExp, text: string])[] = [
  ['mention', MENTION, MENTIONED],
  ['deep-import', DEEP_IMPORT, 'a file inside of @nestjs/cqrs: @catga/cqrs has only its main entry'],
  [
    'event-publisher',
    /\beventPublisher\s*[:,}]|\bimplements\b.*\bIEventPublisher\b|(?<!(?:[cC]ommand|[qQ]uery|[eE]xception)\w*)\.publisher\s*=(?!=)/,
    'this publisher takes events in place of the node: through it none is stored, or leaves the process',
  ],
  [
    'rethrow',
    /\brethrowUnhandled\s*:\s*true\b/,
    'ends the process at the first error, not just one subscription',
  ],
  ['saga', /@Saga\(/, 'sees only events published by this process; continues after an error'],
  [
    'exception-text',
    /No handler found for the/,
    'the texts of the exceptions differ: check the class instead',
  ],
  [
    'two-nodes',
    /\bCatgaModule\.forRoot/,
    'CatgaModule is imported already: use CqrsModule.forRoot({ catga: false })',
  ],
];

/** A test that expects `execute` itself to throw, over several lines, too. */
const THROWS = /expect\(\s*\(\)\s*=>[^;]*\.execute\(/g;
const THROWN = 'execute throws synchronously only without a handler; errors of a handler are rejections';

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
  for (const { index } of text.matchAll(THROWS))
    notes.push({ file, line: lineAt(text, index), kind: 'look', code: 'strict-result', text: THROWN });
  notes.sort((one, other) => one.line - other.line);
  return { text: text.replaceAll(MODULE, '$1@catga/cqrs$1'), notes };
}

const GROUPS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/** Content of a possible manifest. */
type Manifest = Record<string, Record<string, string> | undefined>;

/**
 * A `package.json` with its dependency changed. Undefined if it has nothing of `@nestjs/cqrs`.
 * @param version of the packages of Catga
 */
export function migrateManifest(
  file: string,
  text: string,
  version: string,
): { readonly text: string; readonly notes: readonly MigrationNote[] } | undefined {
  if (!text.includes('@nestjs/cqrs')) return undefined;
  const manifest = parsed(text);
  if (manifest === undefined) return { text, notes: [unread(file)] };
  const notes: MigrationNote[] = [];
  for (const group of GROUPS) {
    const dependencies = manifest[group];
    if (dependencies?.['@nestjs/cqrs'] === undefined) continue;
    const line = lineAt(text, text.indexOf('"@nestjs/cqrs"', text.indexOf(`"${group}"`)));
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
  const indent = /^(\s+)"/m.exec(text)?.[1]?.replace('\n', '') ?? '  ';
  const changed = notes.length === 0 ? text : `${JSON.stringify(manifest, null, indent)}\n`;
  // Overrides, the configuration of Jest, and other fields.
  for (const [index, content] of changed.split('\n').entries())
    if (/@nestjs\/cqrs(?![-\w])/.test(content))
      notes.push({ file, line: index + 1, kind: 'look', code: 'mention', text: MENTIONED });
  return { text: changed, notes };
}

function parsed(text: string): Manifest | undefined {
  try {
    const manifest: unknown = JSON.parse(text);
    return typeof manifest === 'object' && manifest !== null ? (manifest as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

function unread(file: string): MigrationNote {
  return { file, line: 1, kind: 'look', code: 'manifest', text: 'is not JSON, and was not changed' };
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
