import { chownSync, readFileSync } from 'node:fs';

/** User and group of a process, as options of `spawn`. */
export interface ProcessUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL and PgBouncer refuse to run as root: `postgres` or `nobody` for root, and the user itself otherwise. */
export function unprivilegedUser(): ProcessUser {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((wanted) => users.find(([name]) => name === wanted)).find(Boolean);
  if (found === undefined) throw new Error('PostgreSQL does not run as root, and there is no user nobody.');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

/** Gives a file or folder to the user. */
export function giveTo({ uid, gid }: ProcessUser, path: string): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}
