import { resolve } from 'node:path';
import { z } from 'zod';

/** Address of a cluster, and credentials. */
export const targetSchema = z.object({
  /** Address, possibly with credentials. */
  url: z.string(),
  namespace: z.string(),
  user: z.string().optional(),
  password: z.string().optional(),
  token: z.string().optional(),
  /** Paths of files. */
  creds: z.string().optional(),
  tlsCa: z.string().optional(),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  serializer: z.string().optional(),
});

export type Target = z.infer<typeof targetSchema>;

/** Credentials; options of every command, which belong to the address they were given with. */
export type Access = Omit<Target, 'url' | 'namespace'>;

const FILES = ['creds', 'tlsCa', 'tlsCert', 'tlsKey'] as const;
const TEXTS = ['user', 'password', 'token', 'serializer'] as const;

/** The given credentials, with absolute paths, because a context is used from any folder. Secrets may come from the environment. */
export function accessOf(options: Access, env: Readonly<Record<string, string | undefined>>): Access {
  const given: { -readonly [K in keyof Access]: Access[K] } = {};
  for (const name of TEXTS) if (options[name] !== undefined) given[name] = options[name];
  for (const name of FILES) if (options[name] !== undefined) given[name] = resolve(options[name]);
  given.password ??= env['CATGA_PASSWORD'];
  given.token ??= env['CATGA_TOKEN'];
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** An address without its password. */
export function withoutSecrets(url: string): string {
  return url.replaceAll(/\/\/[^@/,]*@/g, '//***@');
}

/** Description of the credentials, without secrets. */
export function loginOf({ url, user, token, creds, tlsCert }: Target): string | undefined {
  if (user !== undefined) return `user ${user}`;
  if (creds !== undefined) return 'credentials file';
  if (token !== undefined) return 'token';
  if (tlsCert !== undefined) return 'certificate';
  return withoutSecrets(url) === url ? undefined : 'in the address';
}
