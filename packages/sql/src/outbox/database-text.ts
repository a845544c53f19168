/** PostgreSQL's text cannot contain the character 0: it is written as `\0`, and a backslash as two. */
export function toDatabaseText(text: string): string {
  return text.includes('\\') || text.includes('\0')
    ? text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0')
    : text;
}

/** Reverses {@link toDatabaseText}. */
export function fromDatabaseText(text: string): string {
  return text.includes('\\')
    ? text.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === '0' ? '\0' : escaped))
    : text;
}
