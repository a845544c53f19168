import { MetadataManager } from '@nestjs/schematics';

/** End of an import statement, which may span several lines. */
const importEnd = /^(?:import\b[^;'"]*|\}\s*)from\s+['"][^'"]+['"];?[ \t]*$/gm;

/** Names that a source imports. */
export function importsOf(
  source: string,
): readonly { readonly names: readonly string[]; readonly from: string }[] {
  return [...source.matchAll(/^import\s*\{([^}]*)\}\s*from\s*['"]([^'"]+)['"]/gm)].map(
    ([, names = '', from = '']) => ({ names: names.split(',').map((name) => name.trim()), from }),
  );
}

/** Adds the missing names of an import, after the other imports. */
export function withImport(source: string, all: readonly string[], from: string): string {
  const known = importsOf(source).flatMap((one) => (one.from === from ? one.names : []));
  const names = all.filter((name) => !known.includes(name));
  if (names.length === 0) return source;
  const statement = `import { ${names.join(', ')} } from '${from}';`;
  const last = [...source.matchAll(importEnd)].at(-1);
  if (last === undefined) return `${statement}\n${source}`;
  const end = last.index + last[0].length;
  return `${source.slice(0, end)}\n${statement}${source.slice(end)}`;
}

/** Adds an expression to a list of the first `@Module` of a source; throws if there is none, or the list is no `[…]`. */
export function withDeclaration(
  source: string,
  list: 'imports' | 'controllers' | 'providers',
  expression: string,
): string {
  const isFirst = new RegExp(`\\b${list}\\s*:\\s*\\[\\s*\\]`).test(source);
  const broken = isFirst && expression.includes('\n') ? `\n    ${expression},\n  ` : expression;
  const changed = new MetadataManager(source).insert(list, broken);
  if (changed === undefined) throw new Error('Found no class with @Module({ … }) to add Catga to.');
  // `imports: SHARED` cannot be added to, and what is added beside `imports` alone is a second list.
  const [decorator = ''] = /@Module\([^]*?\bclass\b/.exec(source) ?? [];
  const isNoList = changed === source && new RegExp(`\\b${list}\\s*:\\s*[^\\s[]`).test(decorator);
  if (isNoList || new RegExp(`[{,]\\s*${list}\\s*[,}]`).test(decorator))
    throw new Error(
      `Cannot add ${expression}: ${list} of the module must be an array, as in ${list}: [...others].`,
    );
  return changed;
}

/** The creation of an application, with the parentheses of its arguments, and with or without a semicolon. */
const creation =
  /^([ \t]*)(?:const|let) (\w+)(?:: [\w.<>]+)? = await NestFactory\.create(?:<[^()]*>)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\);?[ \t]*$/m;

/** Adds `enableShutdownHooks()` after the application is created; undefined if there is nothing to add it to. */
export function withShutdownHooks(source: string): string | undefined {
  if (source.includes('enableShutdownHooks')) return source;
  const created = creation.exec(source);
  if (created === null) return undefined;
  const [statement, indent = '', app = ''] = created;
  const end = created.index + statement.length;
  const hooks = `${indent}${app}.enableShutdownHooks(); // SIGTERM waits for running handlers`;
  return `${source.slice(0, end)}\n${hooks}${source.slice(end)}`;
}
