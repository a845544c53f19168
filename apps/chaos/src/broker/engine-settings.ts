import { nats } from '@catga/nats';
import type { NatsEngineOptions } from '@catga/nats';
import type { CatgaOptions } from '@catga/nestjs';
import { redis } from '@catga/redis';
import type { RedisEngineOptions } from '@catga/redis';

/** The engines that the run plays on. */
export const ENGINES = ['nats', 'redis'] as const;
export type EngineName = (typeof ENGINES)[number];

/** The engine of a process and its options, as they travel on its command line. */
export type EngineSettings =
  | { readonly name: 'nats'; readonly options: NatsEngineOptions }
  | { readonly name: 'redis'; readonly options: RedisEngineOptions };

export function engineOf(settings: EngineSettings): NonNullable<CatgaOptions['engine']> {
  return settings.name === 'nats' ? nats(settings.options) : redis(settings.options);
}
