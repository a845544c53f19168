import { readFileSync } from 'node:fs';

/** One thing the README shows. */
export type Step =
  /** Commands for a shell, the reply that is shown below them, and whether Ctrl+C is pressed while they run. */
  | {
      readonly kind: 'run';
      readonly line: number;
      readonly commands: string;
      reply?: unknown;
      interrupt: boolean;
    }
  /** A command that kills it. */
  | { readonly kind: 'kill'; readonly line: number; readonly commands: string }
  /** A command that starts the service. */
  | { readonly kind: 'start'; readonly line: number; readonly commands: string }
  /** Lines of its log. */
  | { readonly kind: 'log'; readonly line: number; readonly lines: readonly string[] };

const BLOCK = /(<!-- The test presses Ctrl\+C[^>]*-->\s*)?^```(\w*)\n(.*?)^```$/gms;

/** The fenced blocks of the README, in order. A block of another language than sh, json and text is a mistake. */
export function stepsOf(file: URL): Step[] {
  const page = readFileSync(file, 'utf8');
  const steps: Step[] = [];
  for (const { 1: directive, 2: language, 3: content = '', index } of page.matchAll(BLOCK)) {
    const line = page.slice(0, index).split('\n').length;
    const commands = content.trim();
    const before = steps.at(-1);
    if (language === 'sh' && /npm (start|run start:\w+|run fulfilment)$/.test(commands))
      steps.push({ kind: 'start', line, commands });
    else if (language === 'sh' && commands.startsWith('kill ')) steps.push({ kind: 'kill', line, commands });
    else if (language === 'sh')
      steps.push({ kind: 'run', line, commands, interrupt: directive !== undefined });
    else if (language === 'text') steps.push({ kind: 'log', line, lines: commands.split('\n') });
    else if (language === 'json' && before?.kind === 'run') before.reply = JSON.parse(content);
    else throw new Error(`README.md:${line}: what is this ${language} block?`);
  }
  return steps;
}

/**
 * What differs from run to run, in the page and in reality: ids of messages and orders, node ids, moments. Of those,
 * ids of orders matter: the one that a reply has in the place of the page's is meant wherever the page names it.
 */
const ORDER_ID = /\b0[0-9a-z]{12}\b/g;

/** Knows which of the ids on the page stands for which real one. */
export class Ids {
  private readonly real = new Map<string, string>();

  /** The page's text with the ids that are known by now. */
  translate(text: string): string {
    return text.replaceAll(ORDER_ID, (id) => this.real.get(id) ?? id);
  }

  /** Takes the real ids from a reply that has the form of the page's. */
  learn(shown: unknown, actual: unknown): void {
    const real = JSON.stringify(actual).match(ORDER_ID) ?? [];
    for (const [place, id] of (JSON.stringify(shown).match(ORDER_ID) ?? []).entries()) {
      const found = real[place];
      if (found !== undefined && !this.real.has(id)) this.real.set(id, found);
    }
  }
}

/** Moments, node ids and counters as placeholders, so that two replies can be compared. */
export function withoutChance(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<moment>')
    .replaceAll(/orders-[0-9a-f]{8}/g, '<node>')
    .replaceAll(/"(incarnation|inFlight|queued|handled)":\d+/g, '"$1":"<number>"');
  return JSON.parse(text);
}
