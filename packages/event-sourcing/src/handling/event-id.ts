/** Id of an event of a stream: it is published under it, and read after. */
export function eventId(stream: string, version: number): string {
  return `${stream}@${version}`;
}

/** The event of an id; version -1, which no event has, for text that is none. */
export function eventOf(id: string): { readonly stream: string; readonly version: number } {
  const at = id.lastIndexOf('@');
  const version = id.slice(at + 1);
  return at > 0 && /^(0|[1-9]\d{0,14})$/.test(version)
    ? { stream: id.slice(0, at), version: Number(version) }
    : { stream: '', version: -1 };
}
