const SCHEMES = ['nats:', 'tls:'];
const DEFAULT_PORT = '4222';

/** Parsed server addresses, with their credentials. */
export interface ServerAddresses {
  /** `host:port`, without scheme and credentials, for logs. */
  readonly hosts: readonly string[];
  readonly isTls: boolean;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
}

/** Problem of an address, without its credentials. */
export type AddressProblem = { readonly index: number; readonly message: string };

/** Parses addresses: `nats://host`, `tls://user:password@host:port`, `host:port`. */
export function parseServerAddresses(
  servers: readonly string[],
): ServerAddresses | { readonly problems: readonly AddressProblem[] } {
  const problems: AddressProblem[] = [];
  const urls: URL[] = [];
  servers.forEach((server, index) => {
    const url = toUrl(server);
    if (url === undefined) problems.push({ index, message: 'must be an address such as nats://host:4222' });
    else if (!SCHEMES.includes(url.protocol)) {
      problems.push({ index, message: 'must begin with nats:// or tls://, or be host:port' });
    } else urls.push(url);
  });
  const [first] = urls;
  if (problems.length > 0 || first === undefined) return { problems };
  const secretOf = (url: URL): string => `${url.username}:${url.password}`;
  const other = urls.findIndex((url) => secretOf(url) !== secretOf(first));
  if (other > 0)
    return { problems: [{ index: other, message: 'must carry the same credentials as the first' }] };
  return {
    hosts: urls.map(({ hostname, port }) => `${hostname}:${port || DEFAULT_PORT}`),
    isTls: urls.some(({ protocol }) => protocol === 'tls:'),
    ...credentialsIn(first),
  };
}

/** Credentials of an address. A user without a password is a token, as in NATS clients. */
function credentialsIn({ username, password }: URL): Pick<ServerAddresses, 'user' | 'pass' | 'token'> {
  if (username === '') return {};
  const user = decodeURIComponent(username);
  return password === '' ? { token: user } : { user, pass: decodeURIComponent(password) };
}

function toUrl(server: string): URL | undefined {
  try {
    const url = new URL(server.includes('://') ? server : `nats://${server}`);
    credentialsIn(url); // Throws for invalid percent-encoding.
    return url.hostname === '' ? undefined : url;
  } catch {
    return undefined;
  }
}
