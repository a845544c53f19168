import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { notFound } from '../exit-codes.js';
import { migrateCqrsSource, migrateManifest } from '../migrate/cqrs-source.js';
import type { MigrationNote } from '../migrate/cqrs-source.js';
import { sourceFiles } from '../migrate/source-files.js';
import type { Column } from '../output.js';

const NOTES: readonly Column<MigrationNote>[] = [
  ['', ({ kind }) => (kind === 'look' ? 'look' : 'ok')],
  ['WHERE', ({ file, line }) => `${file}:${line}`],
  ['WHAT', ({ code }) => code],
  ['', ({ text }) => text],
];

/** `catga migrate`: migrates the source of an application. */
export function addMigrate(program: Command, cli: Cli): void {
  program
    .command('migrate')
    .description('migrates an application from another library')
    .command('cqrs [folder]')
    .description('from @nestjs/cqrs to @catga/cqrs: changes imports and package.json, lists places to review')
    .option('--dry-run', 'changes nothing')
    .action((folder: string | undefined, { dryRun }: { readonly dryRun?: boolean }, command: Command) => {
      const home = folder ?? '.';
      if (statSync(home, { throwIfNoEntry: false })?.isDirectory() !== true)
        throw notFound(`${home} is not a folder.`);
      const notes: MigrationNote[] = [];
      for (const path of sourceFiles(home)) {
        const text = readFileSync(path, 'utf8');
        const shown = relative(home, path);
        const migrated =
          basename(path) === 'package.json'
            ? migrateManifest(shown, text, cli.terminal.version)
            : migrateCqrsSource(shown, text);
        if (migrated === undefined) continue;
        notes.push(...migrated.notes);
        if (dryRun !== true && migrated.text !== text) writeFileSync(path, migrated.text);
      }
      const output = cli.outputOf(command);
      output.rows(notes, NOTES);
      const wants = notes.filter(({ kind }) => kind === 'look').length;
      output.note(
        `${notes.length - wants} places ${dryRun === true ? 'would be changed' : 'changed'}, ${wants} to review. Now install, and run your tests.`,
      );
    });
}
