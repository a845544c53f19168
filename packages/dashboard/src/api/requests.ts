import { BadRequestException } from '@nestjs/common';
import { z } from 'zod';
import type { DeadLetterFilter } from '@catga/core';

const text = z.string().min(1).max(2_000);
const limit = (most: number, otherwise: number) =>
  z.coerce.number().int().min(1).max(most).default(otherwise);
const time = z
  .string()
  .max(64)
  .refine((value) => !Number.isNaN(Date.parse(value)), 'must be a time')
  .transform((value) => new Date(value));

const delay = z
  .number()
  .int()
  .min(0)
  .max(366 * 24 * 60 * 60 * 1000);

const filter = {
  subscription: text.optional(),
  name: text.optional(),
  errorCode: text.optional(),
  messageId: text.optional(),
  since: time.optional(),
  until: time.optional(),
};
/** `text`: part of an id, an error or the content. */
const filterWithText = { ...filter, text: text.optional() };

export const pageQuery = z.object({ limit: limit(500, 200), after: text.optional() });
export const lettersQuery = z.object({ ...filterWithText, limit: limit(200, 50), after: text.optional() });
export const groupsQuery = z.object({ ...filter, round: text.optional() });
const storeFilter = z.object(filter);
export const idQuery = z.object({ id: text });
export const failuresQuery = z.object({ limit: limit(500, 200) });

export const idBody = z.strictObject({ id: text });
export const editBody = z.strictObject({ id: text, content: z.record(z.string(), z.unknown()) });
/** A letter by its id, or a step over those of a filter, a group, or all. */
export const batchBody = z.union([
  idBody,
  z.strictObject({
    filter: z.strictObject(filterWithText),
    group: text.optional(),
    after: text.optional(),
    until: time.optional(),
    batch: z.string().min(1).max(64).optional(),
  }),
]);

/** A message to send, by wire name. */
export const sendBody = z.strictObject({
  action: z.enum(['send', 'enqueue', 'publish']),
  name: text,
  content: z.record(z.string(), z.unknown()),
  messageId: text.optional(),
  delayMs: delay.optional(),
});

export const queueQuery = z.object({ name: text.optional(), limit: limit(200, 50), after: text.optional() });
const command = { name: text, messageId: text };
export const commandBody = z.strictObject(command);
export const rescheduleBody = z.strictObject({ ...command, delayMs: delay });

export const sagasQuery = z.object({
  saga: text.optional(),
  status: z.enum(['running', 'compensating', 'stuck', 'completed', 'compensated']).optional(),
  limit: limit(200, 50),
  after: text.optional(),
});
const saga = { saga: text, id: text };
export const sagaQuery = z.object(saga);
export const steerBody = z.strictObject({ ...saga, reason: text.optional() });

export const projectionBody = z.strictObject({
  projection: text,
  service: text,
  version: z.number().int().min(1),
});

export type SendRequest = z.infer<typeof sendBody>;
export type StoreFilter = z.infer<typeof storeFilter>;
export type LettersFilter = StoreFilter & { readonly text?: string | undefined };
export type BatchRequest = Exclude<z.infer<typeof batchBody>, { readonly id: string }>;

/** Parses a request; 400 with the issues if it is invalid. */
export function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const { success, data, error } = schema.safeParse(input ?? {});
  if (success) return data;
  const issues = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new BadRequestException({ statusCode: 400, message: 'The request is invalid.', issues });
}

/** Filter of the store, without undefined fields and the dashboard's own `text`. */
export function storeFilterOf({ text: _text, ...given }: LettersFilter): DeadLetterFilter {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
