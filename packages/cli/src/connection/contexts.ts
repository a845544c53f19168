import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Terminal } from '../terminal.js';
import { wrongUsage } from '../exit-codes.js';
import { targetSchema } from './target.js';
import type { Target } from './target.js';

const fileSchema = z.object({
  selected: z.string().optional(),
  contexts: z.record(z.string(), targetSchema),
});
type SavedFile = z.infer<typeof fileSchema>;

/** A saved target. */
export interface Context {
  readonly name: string;
  readonly target: Target;
  readonly isSelected: boolean;
}

/** Saved contexts, in a file readable only by its owner. */
export class Contexts {
  private readonly file: string;

  constructor({ env }: Pick<Terminal, 'env'>) {
    const home = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
    this.file = join(home, 'catga', 'contexts.json');
  }

  get all(): readonly Context[] {
    const { contexts, selected } = this.read();
    return Object.entries(contexts).map(([name, target]) => ({
      name,
      target,
      isSelected: name === selected,
    }));
  }

  /** The context with a name, or the selected one. */
  get(name?: string): Context | undefined {
    return this.all.find((context) => (name === undefined ? context.isSelected : context.name === name));
  }

  /** Adds or replaces a context. The first is selected. */
  add(name: string, target: Target): void {
    const { contexts, selected = name } = this.read();
    this.write({ selected, contexts: { ...contexts, [name]: target } });
  }

  /** Selects a context. Returns whether it exists. */
  select(name: string): boolean {
    const { contexts } = this.read();
    if (!Object.hasOwn(contexts, name)) return false;
    this.write({ selected: name, contexts });
    return true;
  }

  private read(): SavedFile {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch {
      return { contexts: {} };
    }
    try {
      return fileSchema.parse(JSON.parse(text));
    } catch {
      throw wrongUsage(`The file of contexts ${this.file} cannot be read: fix or remove it.`);
    }
  }

  private write(saved: SavedFile): void {
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    const next = `${this.file}.${process.pid}`;
    writeFileSync(next, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
    renameSync(next, this.file);
  }
}
