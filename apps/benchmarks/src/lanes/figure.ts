/** What was measured, and how much it may be. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly required: string;
  readonly verdict: '' | 'met' | '**missed**';
}

/** A figure of a value and its unit, which meets what is required if the value is at most `most`. */
export function figure(what: string, value: number, unit: string, most?: number): Figure {
  const measured = text(value, unit);
  if (most === undefined) return { what, measured, required: '', verdict: '' };
  return {
    what,
    measured,
    required: `≤ ${text(most, unit)}`,
    verdict: value <= most ? 'met' : '**missed**',
  };
}

function text(value: number, unit: string): string {
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`.trimEnd();
}
