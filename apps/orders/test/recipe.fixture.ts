import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './orders-process.fixture.js';

const execute = promisify(execFile);

/** Code blocks of a recipe, in order. */
export function blocksOf(recipe: string, language: string): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs/recipes', recipe), 'utf8');
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, kind, text = '']) => (kind === language ? [text] : []));
}

/** Runs commands as they stand on the page; rejects with what they said. */
export async function runCommands(commands: string, folder: string): Promise<void> {
  await execute('sh', ['-e', '-c', commands], { cwd: folder });
}
