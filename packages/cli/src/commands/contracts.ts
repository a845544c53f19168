import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { compareContracts } from '../contracts/compare-contracts.js';
import type { ContractChange } from '../contracts/compare-contracts.js';
import { ContractDocument } from '../contracts/contract-document.js';
import { EXIT, notFound } from '../exit-codes.js';
import type { Column } from '../output.js';

const CHANGES: readonly Column<ContractChange>[] = [
  ['', ({ isBreaking }) => (isBreaking ? 'BREAKS' : 'ok')],
  ['MESSAGE', ({ message }) => message],
  ['CHANGE', ({ code }) => code],
  ['', ({ text }) => text],
];

/** `catga contracts`: compares two documents of `catga describe`. */
export function addContracts(program: Command, cli: Cli): void {
  program
    .command('contracts')
    .description('documents of catga describe')
    .command('diff <old> <new>')
    .description('lists the differences; exit code 1 for changes that break senders or stored messages')
    .action((before: string, after: string, _options: unknown, command: Command) => {
      const changes = compareContracts(read(before), read(after));
      cli.outputOf(command).rows(changes, CHANGES);
      if (changes.some(({ isBreaking }) => isBreaking)) cli.exitCode = EXIT.failed;
    });
}

function read(file: string): ContractDocument {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw notFound(`${file} cannot be read.`);
  }
  return ContractDocument.parse(text, file);
}
