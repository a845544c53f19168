/** Padding, so that places sort as text like their numbers. */
const DIGITS = 16;

/** Sort key of a letter: by failure time, then by arrival. */
export interface DeadLetterPlace {
  readonly failedAtMs: number;
  readonly sequence: number;
}

/** Failure time as the prefix of a place. */
export function placeOfTime(failedAtMs: number): string {
  return digits(Math.max(0, Math.floor(failedAtMs)));
}

/** Prefix of a place; the id follows. */
export function toPlace({ failedAtMs, sequence }: DeadLetterPlace): string {
  return `${placeOfTime(failedAtMs)}~${digits(sequence)}~`;
}

export function fromPlace(place: string): DeadLetterPlace {
  const [failedAt, sequence] = place.split('~');
  return { failedAtMs: Number(failedAt), sequence: Number(sequence) };
}

function digits(value: number): string {
  return String(value).padStart(DIGITS, '0');
}
