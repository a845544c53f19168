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

/** Applies `light`, `dark`, or for `auto` that of the system, also when it changes. Returns how to end that. */
export function applyTheme(theme: string): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    const shown = theme === 'auto' ? (system.matches ? 'dark' : 'light') : theme;
    document.documentElement.dataset['theme'] = shown;
  };
  apply();
  system.addEventListener('change', apply);
  return () => system.removeEventListener('change', apply);
}
