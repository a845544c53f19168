import type { Rule } from '@angular-devkit/schematics';
import { installPackages } from '../install-packages.js';
import { withDeclaration, withImport, withShutdownHooks } from '../module-source.js';
import { NestProject, catgaRange } from '../nest-project.js';
import { composeFile } from './compose-file.js';
import { addExample } from './example.js';
import { metricsController } from './metrics-controller.js';
import type { NestAddOptions } from './options.js';
import { databaseSource, moduleOptions } from './wiring.js';

const DATABASE = 'database.ts';
/** File names of Docker Compose. */
const COMPOSE_FILES = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yaml', 'compose.yml'];

/** `nest add @catga/nestjs`: wires `CatgaModule` into the application. */
export function nestAdd(options: NestAddOptions): Rule {
  return (tree, context) => {
    const project = new NestProject(tree, '', options.sourceRoot);
    const { notes } = addCatga(project, options);
    for (const note of notes) context.logger.warn(note);
    if (!options.skipInstall) installPackages(context, project);
  };
}

/** Wires Catga into a project; returns notes for its developer. */
export function addCatga(project: NestProject, options: NestAddOptions): { readonly notes: string[] } {
  const notes: string[] = [];
  const root = project.rootModule;
  const before = project.source(root) ?? '';
  project.depend(packagesOf(project, options));
  if (options.sql) project.depend({ '@types/pg': '^8.11.0' }, 'devDependencies');
  const wiredIn = project.sourceWith(/\bCatgaModule\.forRoot|['"]@catga\/cqrs['"]/);
  if (wiredIn !== undefined) {
    // A second node would not start. The buses of @catga/cqrs have one, too.
    if (options.sql) project.addSource(DATABASE, databaseSource(project));
    return { notes: [`${wiredIn} already has a node of Catga: its options are unchanged.`] };
  }

  const database = project.hasSource(DATABASE) ? 'outbox-database.ts' : DATABASE;
  if (options.sql) project.addSource(database, databaseSource(project));
  project.rewriteSource(root, wired(before, project, options, database));
  if (options.telemetry) addMetrics(project, notes);
  if (options.example ?? true) addExample(project, options, notes);
  addShutdownHooks(project, notes);
  addComposeFile(project, options, notes);
  return { notes };
}

function packagesOf(project: NestProject, { engine, telemetry, health, sql }: NestAddOptions) {
  return {
    '@catga/nestjs': catgaRange,
    ...(engine === 'nats' && { '@catga/nats': catgaRange }),
    ...(engine === 'redis' && { '@catga/redis': catgaRange }),
    ...(telemetry && {
      '@catga/telemetry': catgaRange,
      '@opentelemetry/api': '^1.9.0',
      'prom-client': '^15.1.0',
    }),
    ...(health && { '@nestjs/terminus': project.nestRange }),
    ...(sql && { '@catga/sql': catgaRange, pg: '^8.13.0' }),
  };
}

function wired(source: string, project: NestProject, options: NestAddOptions, database: string): string {
  const { imports, expression } = moduleOptions(project, options, database);
  let result = withImport(source, ['CatgaModule'], '@catga/nestjs');
  for (const { names, from } of imports) result = withImport(result, names, from);
  result = withDeclaration(result, 'imports', expression);
  if (!options.health) return result;
  result = withImport(result, ['CatgaHealthModule'], '@catga/nestjs/health');
  return withDeclaration(result, 'imports', 'CatgaHealthModule.forRoot()');
}

function addMetrics(project: NestProject, notes: string[]): void {
  if (!project.addSource('metrics.controller.ts', metricsController)) {
    notes.push('metrics.controller.ts exists already: serve `register.metrics()` of prom-client there.');
    return;
  }
  const root = project.rootModule;
  const from = project.specifier(root, 'metrics.controller');
  const imported = withImport(project.source(root) ?? '', ['MetricsController'], from);
  project.rewriteSource(root, withDeclaration(imported, 'controllers', 'MetricsController'));
}

function addShutdownHooks(project: NestProject, notes: string[]): void {
  const source = project.source('main.ts');
  const changed = source && withShutdownHooks(source);
  if (changed) project.rewriteSource('main.ts', changed);
  else notes.push('Call app.enableShutdownHooks() where the application is created.');
}

function addComposeFile(project: NestProject, options: NestAddOptions, notes: string[]): void {
  const content = composeFile(options, project.name);
  if (content === undefined) return;
  const isTaken = COMPOSE_FILES.some((file) => project.hasFile(file));
  const file = isTaken ? 'docker-compose.catga.yml' : 'docker-compose.yml';
  project.addFile(file, content);
  if (isTaken) notes.push(`A compose file exists already; the services for Catga are in ${file}.`);
}
