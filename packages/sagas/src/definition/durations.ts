/** So many seconds, in milliseconds. */
export function seconds(number: number): number {
  return number * 1000;
}

/** So many minutes, in milliseconds. */
export function minutes(number: number): number {
  return seconds(60 * number);
}

/** So many hours, in milliseconds. */
export function hours(number: number): number {
  return minutes(60 * number);
}

/** So many days, in milliseconds. */
export function days(number: number): number {
  return hours(24 * number);
}
