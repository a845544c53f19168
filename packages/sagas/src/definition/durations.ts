/** Seconds in milliseconds. */
export function seconds(number: number): number {
  return number * 1000;
}

/** Minutes in milliseconds. */
export function minutes(number: number): number {
  return seconds(60 * number);
}

/** Hours in milliseconds. */
export function hours(number: number): number {
  return minutes(60 * number);
}

/** Days in milliseconds. */
export function days(number: number): number {
  return hours(24 * number);
}
