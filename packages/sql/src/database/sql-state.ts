/** SQLSTATE, as opposed to codes of Prisma (`P2010`) and of Node (`EPIPE`). */
const SQL_STATE = /^(?!P[1-9])(?=.*\d)[0-9A-Z]{5}$/;
/** Properties where libraries put the driver's error or its code. */
const PLACES = ['cause', 'driverError', 'originalError', 'meta', 'driverAdapterError'];
const CODES = ['code', 'sqlState', 'originalCode'];

/**
 * SQLSTATE of an error of the database, such as `23505`, whichever library has wrapped it; `undefined` for other errors.
 *
 * @publicApi
 */
export function sqlStateOf(thrown: unknown, depth = 0): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || depth > PLACES.length) return undefined;
  const inner = PLACES.map((place) => sqlStateOf(Reflect.get(thrown, place), depth + 1));
  // The innermost error is the database's: libraries wrap it in errors with their own codes, such as P2010.
  const own = CODES.map((code) => Reflect.get(thrown, code) as unknown);
  return [...inner, ...own.filter((code) => typeof code === 'string' && SQL_STATE.test(code))].find(
    (code) => code !== undefined,
  ) as string | undefined;
}
