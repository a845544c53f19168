#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from './index.js';
import { processTerminal } from './terminal.js';

const manifest = readFileSync(join(__dirname, '../package.json'), 'utf8');
const { version } = JSON.parse(manifest) as { readonly version: string };

void runCli(process.argv.slice(2), processTerminal(version)).then((exitCode) => {
  process.exitCode = exitCode;
});
