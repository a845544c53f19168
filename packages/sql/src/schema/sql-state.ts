/** Maximum number of inspected errors of a cause chain. */
const LONGEST_CHAIN = 8;

/** SQLSTATE of an error of the database, which libraries wrap; undefined if it has none. */
export function sqlStateOf(thrown: unknown): string | undefined {
  let link: unknown = thrown;
  for (let at = 0; at < LONGEST_CHAIN && typeof link === 'object' && link !== null; at++) {
    const { code, cause, driverError } = link as Record<'code' | 'cause' | 'driverError', unknown>;
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
    link = cause ?? driverError;
  }
  return undefined;
}
