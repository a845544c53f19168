/** So that places compare as text as their numbers do. */
const DIGITS = 16;

/** Where a letter is in the order of failing, and beside those of the same moment by their arrival. */
export interface DeadLetterPlace {
  readonly failedAtMs: number;
  readonly sequence: number;
}

/** When a letter failed, as the beginning of its place. */
export function placeOfTime(failedAtMs: number): string {
  return digits(Math.max(0, Math.floor(failedAtMs)));
}

/** What a place begins with; the id follows. */
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
