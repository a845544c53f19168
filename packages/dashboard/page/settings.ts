/** What this browser remembers; nothing where it may not. */
export function readSetting(name: string): string | undefined {
  try {
    return localStorage.getItem(`catga.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function saveSetting(name: string, value: string): void {
  try {
    localStorage.setItem(`catga.${name}`, value);
  } catch {
    // It holds until the page is left.
  }
}

/** `auto`, `light` or `dark`. */
export function applyTheme(theme: string): void {
  document.documentElement.dataset['theme'] = theme;
}
