const COPIES: unique symbol = Symbol.for('catga.copies');

/**
 * Notes that a copy of this package was loaded, and warns of a second one: classes of the two, which Nest injects by, are
 * not the same, so an application that meets both finds no provider where there seems to be one.
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

/** The file that called, as far as the stack tells. */
function placeOf(stack = ''): string {
  const [, , caller = ''] = stack.split('\n');
  return /(?:file:\/\/)?(\/?[^()\s]+):\d+:\d+\)?$/.exec(caller)?.[1] ?? 'an unknown place';
}
