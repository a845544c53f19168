import fc from 'fast-check';
import { ReplyStatus } from './frame-layout.js';
import { anyText } from '../errors/any-text.fixture.js';
import type { AnyRecord } from './frame.fixture.js';
import { FORBIDDEN_KEYS } from '../contracts/forbidden-keys.js';

const u32 = fc.nat({ max: 0xffff_ffff });
/** Well-formed text that covers all code paths: short and long, non-ASCII, beyond the basic multilingual plane. */
const text = fc.oneof(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), anyText(40));
const optionalText = fc.option(text, { nil: undefined });
const body = fc.uint8Array({ maxLength: 60 });
const headerName = text.filter((name) => !FORBIDDEN_KEYS.has(name));
const headers = fc.dictionary(headerName, text, { minKeys: 1, maxKeys: 5, noNullPrototype: true });
const address = fc.record({ nodeId: text, incarnation: fc.maxSafeNat() });

const optionalFields = {
  messageId: optionalText,
  key: optionalText,
  correlationId: optionalText,
  causationId: optionalText,
  headers: fc.option(headers, { nil: undefined }),
};

const request: fc.Arbitrary<AnyRecord> = fc.record({
  kind: fc.constant('request' as const),
  correlation: u32,
  name: text,
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  attempt: fc.integer({ min: 1, max: 255 }),
  isRetransmission: fc.boolean(),
  remainingMs: fc.option(fc.nat({ max: 0xffff_fffe }), { nil: undefined }),
  previous: fc.option(fc.array(address, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  ...optionalFields,
  body,
});

const event: fc.Arbitrary<AnyRecord> = fc.record({
  kind: fc.constant('event' as const),
  name: text,
  toServiceHandlers: fc.boolean(),
  toNodeHandlers: fc.boolean(),
  ...optionalFields,
  body,
});

const reply: fc.Arbitrary<AnyRecord> = fc.record({
  kind: fc.constant('reply' as const),
  correlation: u32,
  status: fc.constantFrom(ReplyStatus.Value, ReplyStatus.Error, ReplyStatus.Refused),
  body,
});

const running: fc.Arbitrary<AnyRecord> = fc.record({
  kind: fc.constant('reply' as const),
  correlation: u32,
  status: fc.constant(ReplyStatus.Running),
  body: fc.constant(new Uint8Array(0)),
});

const cancel: fc.Arbitrary<AnyRecord> = fc.record({ kind: fc.constant('cancel' as const), correlation: u32 });

/** Any writable record. */
export const anyRecord: fc.Arbitrary<AnyRecord> = fc.oneof(request, event, reply, running, cancel);
