import type { NestAddOptions } from './options.js';

const nats = `  nats:
    image: nats:2.10-alpine
    command: ['--jetstream', '--store_dir=/data']
    ports: ['4222:4222']
    volumes: ['nats-data:/data']
`;

const redis = `  redis:
    image: redis:7-alpine
    command: ['redis-server', '--appendonly', 'yes', '--appendfsync', 'everysec']
    ports: ['6379:6379']
    volumes: ['redis-data:/data']
`;

const postgres = (name: string): string => `  postgres:
    image: postgres:16-alpine
    environment: { POSTGRES_PASSWORD: catga, POSTGRES_DB: ${name} }
    ports: ['5432:5432']
    volumes: ['postgres-data:/var/lib/postgresql/data']
`;

/** Compose file of the services that the application needs; undefined if none. */
export function composeFile({ engine, sql }: NestAddOptions, name = 'app'): string | undefined {
  const services = [
    ...(engine === 'nats' ? [{ text: nats, volume: 'nats-data' }] : []),
    ...(engine === 'redis' ? [{ text: redis, volume: 'redis-data' }] : []),
    ...(sql ? [{ text: postgres(name), volume: 'postgres-data' }] : []),
  ];
  if (services.length === 0) return undefined;
  const volumes = services.map(({ volume }) => `  ${volume}:\n`).join('');
  return `services:\n${services.map(({ text }) => text).join('\n')}\nvolumes:\n${volumes}`;
}
