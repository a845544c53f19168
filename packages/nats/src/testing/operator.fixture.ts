import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  fmtCreds,
} from '@nats-io/jwt';

/** What `nsc` makes: a server's configuration that trusts an operator, and the credentials of a user of its account. */
export interface Operator {
  readonly config: string;
  /** The content of a `.creds` file. */
  readonly credentials: Uint8Array;
  /** The seed in it, which nobody else may see. */
  readonly seed: string;
  /** Credentials of an account that the server does not know. */
  readonly strangerCredentials: Uint8Array;
}

const UNLIMITED = { subs: -1, data: -1, payload: -1 };
const UNLIMITED_ACCOUNT = {
  ...UNLIMITED,
  conn: -1,
  leaf: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  mem_storage: -1,
  disk_storage: -1,
  streams: -1,
  consumer: -1,
};

export async function operator(): Promise<Operator> {
  const [operatorKey, systemKey, accountKey, strangerKey] = [
    createOperator(),
    createAccount(),
    createAccount(),
    createAccount(),
  ];
  const signer = { signer: operatorKey };
  const system = await encodeAccount('SYS', systemKey, {}, signer);
  const account = await encodeAccount('SHOP', accountKey, { limits: UNLIMITED_ACCOUNT }, signer);
  const config = [
    `operator: ${await encodeOperator('catga', operatorKey, { system_account: systemKey.getPublicKey() })}`,
    `system_account: ${systemKey.getPublicKey()}`,
    'resolver: MEMORY',
    'resolver_preload: {',
    `  ${systemKey.getPublicKey()}: ${system}`,
    `  ${accountKey.getPublicKey()}: ${account}`,
    '}',
  ].join('\n');
  const userKey = createUser();
  const credentialsOf = async (issuer: typeof accountKey): Promise<Uint8Array> =>
    fmtCreds(await encodeUser('node', userKey, issuer, UNLIMITED), userKey);
  return {
    config,
    credentials: await credentialsOf(accountKey),
    seed: new TextDecoder().decode(userKey.getSeed()),
    strangerCredentials: await credentialsOf(strangerKey),
  };
}
