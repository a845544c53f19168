import { en } from './strings/en.js';
import type { Strings } from './strings/en.js';
import { zh } from './strings/zh.js';
import { readSetting, saveSetting } from './settings.js';

const LANGUAGES: Readonly<Record<string, Strings>> = { en, zh };
export const LANGUAGE_NAMES = { en: 'English', zh: '中文' } as const;

function preferred(): string {
  const chosen = readSetting('language') ?? navigator.language.slice(0, 2);
  return Object.hasOwn(LANGUAGES, chosen) ? chosen : 'en';
}

export let language = preferred();
document.documentElement.lang = language;

export function choose(chosen: string): void {
  saveSetting('language', chosen);
  language = preferred();
  document.documentElement.lang = language;
}

/** Text in the chosen language. */
export function t(key: keyof Strings, values: Readonly<Record<string, string | number>> = {}): string {
  const text = (LANGUAGES[language] ?? en)[key];
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

export function time(at: string | number): string {
  return new Date(at).toLocaleString(language);
}

/** Formats a duration in the largest fitting unit. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '';
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const;
  const [unit, size] = units.find(([, least]) => ms >= least) ?? ['ms', 1];
  return `${Math.floor(Math.max(0, ms) / size)} ${unit}`;
}

export function number(value: number | undefined): string {
  return value === undefined ? '' : value.toLocaleString(language);
}
