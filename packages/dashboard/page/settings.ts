/** A setting stored in this browser, if storage is allowed. */
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
    // Then it lasts until the page is closed.
  }
}

/** Applies `light`, `dark`, or with `auto` the theme of the system, following its changes. Returns a cleanup function. */
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
