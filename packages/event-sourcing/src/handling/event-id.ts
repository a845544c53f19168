/** Id of a stream's event: its message id when published, and the value of `after`. */
export function eventId(stream: string, version: number): string {
  return `${stream}@${version}`;
}

/** Parses an id; version -1 for an invalid one. */
export function eventOf(id: string): { readonly stream: string; readonly version: number } {
  const at = id.lastIndexOf('@');
  const version = id.slice(at + 1);
  return at > 0 && /^(0|[1-9]\d{0,14})$/.test(version)
    ? { stream: id.slice(0, at), version: Number(version) }
    : { stream: '', version: -1 };
}
