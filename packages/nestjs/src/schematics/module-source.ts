import { MetadataManager } from '@nestjs/schematics';

/** The end of an import statement, also of one over several lines. */
const importEnd = /^(?:import\b[^;'"]*|\}\s*)from\s+['"][^'"]+['"];?[ \t]*$/gm;

/** Adds an import after the others. */
export function withImport(source: string, names: readonly string[], from: string): string {
  const statement = `import { ${names.join(', ')} } from '${from}';`;
  const last = [...source.matchAll(importEnd)].at(-1);
  if (last === undefined) return `${statement}\n${source}`;
  const end = last.index + last[0].length;
  return `${source.slice(0, end)}\n${statement}${source.slice(end)}`;
}

/** Adds an expression to a list of the first `@Module` of a source; throws if there is none. */
export function withDeclaration(
  source: string,
  list: 'imports' | 'controllers' | 'providers',
  expression: string,
): string {
  const isFirst = new RegExp(`\\b${list}\\s*:\\s*\\[\\s*\\]`).test(source);
  const broken = isFirst && expression.includes('\n') ? `\n    ${expression},\n  ` : expression;
  const changed = new MetadataManager(source).insert(list, broken);
  if (changed === undefined) throw new Error('There is no class with @Module({ … }) to add Catga to.');
  return changed;
}

/** Adds `enableShutdownHooks()` after the application is created; undefined if there is nothing to add it to. */
export function withShutdownHooks(source: string): string | undefined {
  if (source.includes('enableShutdownHooks')) return source;
  const created = /^([ \t]*)const (\w+) = await NestFactory\.create\b[^;]*;[ \t]*$/m.exec(source);
  if (created === null) return undefined;
  const [statement, indent = '', app = ''] = created;
  const end = created.index + statement.length;
  const hooks = `${indent}${app}.enableShutdownHooks(); // SIGTERM waits for running handlers`;
  return `${source.slice(0, end)}\n${hooks}${source.slice(end)}`;
}
