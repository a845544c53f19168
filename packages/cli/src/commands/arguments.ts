import { InvalidArgumentError } from 'commander';
import { wrongUsage } from '../exit-codes.js';

/** Reads a JSON object from an argument. */
export function jsonObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrongUsage('The content is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrongUsage('The content must be a JSON object.');
  return value;
}

/** Reads a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** Reads a date or a time. */
export function timeOf(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('It must be a date or a time.');
  return at;
}

/** Collects `name=value` of a repeated option. */
export function header(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const end = text.indexOf('=');
  if (end < 1) throw new InvalidArgumentError('It must be name=value.');
  return { ...before, [text.slice(0, end)]: text.slice(end + 1) };
}
