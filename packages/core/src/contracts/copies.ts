const COPIES: unique symbol = Symbol.for('catga.copies');

/**
 * Detects a second copy of this package in the process and warns of it: its classes differ from those of the first, so
 * that Nest finds no provider for them.
 */
export function noteCopy(): void {
  const shared = globalThis as { [COPIES]?: string[] };
  const copies = (shared[COPIES] ??= []);
  copies.push(placeOf(new Error().stack));
  if (copies.length === 1) return;
  process.emitWarning(
    `@catga/core is loaded ${copies.length} times: ${copies.join(', ')}. Nest injects by class, and each copy has classes ` +
      'of its own: keep one, with one version in the lockfile (npm dedupe), and out of bundles.',
    { type: 'CatgaWarning', code: 'CATGA_TWO_COPIES' },
  );
}

/** The calling file, from the stack. */
function placeOf(stack = ''): string {
  const [, , caller = ''] = stack.split('\n');
  return /(?:file:\/\/)?(\/?[^()\s]+):\d+:\d+\)?$/.exec(caller)?.[1] ?? 'an unknown place';
}
