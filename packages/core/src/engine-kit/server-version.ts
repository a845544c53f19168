import { CatgaError } from '../errors/catga-error.js';

/** Major and minor version of a server. */
export type ServerVersion = readonly [major: number, minor: number];

/**
 * Refuses a server older than the engine requires. A non-numeric version is that of an unreleased build
 * and is accepted.
 * @throws CatgaError `CATGA_UNSUPPORTED` with the running version, the required one and a remedy
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
