import { CatgaError } from '../errors/catga-error.js';

/** A server's version as far as it is compared: major and minor. */
export type ServerVersion = readonly [major: number, minor: number];

/**
 * Refuses a server that is older than the engine needs. A version that is no number is that of an unreleased build,
 * and is let in.
 * @throws CatgaError `CATGA_UNSUPPORTED` that says what runs, what is needed and what to do
 */
export function requireServerVersion(server: string, version: string, oldest: ServerVersion): void {
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  if (!(major < oldest[0] || (major === oldest[0] && minor < oldest[1]))) return;
  const required = oldest.join('.');
  throw new CatgaError(
    'CATGA_UNSUPPORTED',
    `${server} ${version} is too old: this engine needs ${server} ${required} or newer. Upgrade the server.`,
    { details: { version, required } },
  );
}
