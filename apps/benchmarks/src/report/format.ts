/** A number of something a second, in three or so digits. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 1e6) return `${digits(perSecond / 1e6)} M`;
  if (perSecond >= 1e3) return `${digits(perSecond / 1e3)} k`;
  return digits(perSecond);
}

export function formatRatio(ratio: number): string {
  return digits(ratio);
}

export function formatBytes(bytes: number): string {
  return `${Math.round(bytes).toLocaleString('en')} B`;
}

export function formatSpread(fraction: number): string {
  return Number.isFinite(fraction) ? `±${Math.round(fraction * 100)} %` : '–';
}

/** A duration that is given in milliseconds, without its unit. */
export function formatMillis(ms: number): string {
  return digits(ms);
}

export function formatShare(fraction: number): string {
  return Number.isFinite(fraction) ? `${Math.round(fraction * 100)} %` : '–';
}

function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
