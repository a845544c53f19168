import { readFileSync } from 'node:fs';
import type { Engine } from '@catga/core';
import { wrongUsage } from '../exit-codes.js';
import type { Target } from './target.js';

/** Creates the engine for an address; loads its package on demand. */
export async function engineOf(target: Omit<Target, 'namespace'>): Promise<Engine> {
  const scheme = /^([a-z]+):\/\//i.exec(target.url)?.[1]?.toLowerCase();
  if ((target.tlsCert === undefined) !== (target.tlsKey === undefined))
    throw wrongUsage('--tls-cert and --tls-key must be used together.');
  switch (scheme) {
    case 'nats':
    case 'tls':
      return natsOf(target);
    case 'redis':
    case 'rediss':
      return redisOf(target);
    default:
      throw wrongUsage('The address must begin with nats://, tls://, redis:// or rediss://.');
  }
}

type Login = Omit<Target, 'namespace'>;

async function natsOf({ url, user, password, token, creds, tlsCa, tlsCert, tlsKey }: Login): Promise<Engine> {
  const { nats } = await import('@catga/nats');
  const tls = {
    ...(tlsCa !== undefined && { caFile: tlsCa }),
    ...(tlsCert !== undefined && { certFile: tlsCert }),
    ...(tlsKey !== undefined && { keyFile: tlsKey }),
  };
  return nats({
    servers: url.split(',').map((server) => server.trim()),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(creds !== undefined && { credentialsFile: creds }),
    ...(Object.keys(tls).length > 0 && { tls }),
  });
}

async function redisOf({
  url,
  user,
  password,
  token,
  creds,
  tlsCa,
  tlsCert,
  tlsKey,
}: Login): Promise<Engine> {
  if (token !== undefined || creds !== undefined)
    throw wrongUsage('Redis supports neither --token nor --creds: use --user and --password.');
  const { redis } = await import('@catga/redis');
  const tls = {
    ...(tlsCa !== undefined && { ca: fileOf(tlsCa) }),
    ...(tlsCert !== undefined && { cert: fileOf(tlsCert) }),
    ...(tlsKey !== undefined && { key: fileOf(tlsKey) }),
  };
  const connection = {
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(Object.keys(tls).length > 0 && { tls }),
  };
  return redis({ url, ...(Object.keys(connection).length > 0 && { connection }) });
}

function fileOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw wrongUsage(`The file ${path} cannot be read.`);
  }
}
