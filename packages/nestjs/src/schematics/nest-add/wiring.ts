import type { NestProject } from '../nest-project.js';
import type { NestAddOptions } from './options.js';

interface Import {
  readonly names: readonly string[];
  readonly from: string;
}

/**
 * The call of `CatgaModule.forRoot`, and what it needs imported besides `CatgaModule`.
 * @param database file of the database
 */
export function moduleOptions(
  project: NestProject,
  { engine = 'memory', sql, telemetry }: NestAddOptions,
  database: string,
) {
  const imports: Import[] = [];
  const lines: string[] = [];
  if (engine !== 'memory') {
    imports.push({ names: [engine], from: `@catga/${engine}` });
    lines.push(`engine: ${engine}(process.env.${urlOf[engine].variable} ?? '${urlOf[engine].local}'),`);
    lines.push(`service: '${project.name}',`);
  }
  if (sql) {
    imports.push({ names: ['sqlOutbox'], from: '@catga/sql' });
    const from = project.specifier(project.rootModule, database.replace(/\.ts$/, ''));
    imports.push({ names: ['database'], from });
    lines.push('outbox: sqlOutbox(database),');
  }
  if (telemetry) {
    imports.push({ names: ['openTelemetry'], from: '@catga/telemetry' });
    imports.push({ names: ['prometheus'], from: '@catga/telemetry/prometheus' });
    lines.push('telemetry: [openTelemetry(), prometheus()],');
  }
  const body = lines.map((line) => `\n      ${line}`).join('');
  const expression = body ? `CatgaModule.forRoot({${body}\n    })` : 'CatgaModule.forRoot()';
  return { imports, expression };
}

const urlOf = {
  nats: { variable: 'NATS_URL', local: 'nats://localhost:4222' },
  redis: { variable: 'REDIS_URL', local: 'redis://localhost:6379' },
};

/** Source of the database shared by the outbox, handlers and repositories. */
export function databaseSource(project: NestProject): string {
  return `import { pg } from '@catga/sql';
import { Pool } from 'pg';

/** Writes through \`database\` in a handler with \`transaction: true\` commit with its messages. */
export const database = pg(
  new Pool({
    connectionString: process.env.DATABASE_URL ?? 'postgres://postgres:catga@localhost:5432/${project.name}',
  }),
);
`;
}
