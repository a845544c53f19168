import type { Options, Packr as TypedPackr } from 'msgpackr';
import { Packr as UntypedPackr } from 'msgpackr/index-no-eval';
import type { Serializer } from '../../ports/serializer.js';
import { checkCarried } from './carried-values.js';
import { withoutForbiddenKeys } from './message-pack-maps.js';
import { checkMessagePack } from './message-pack-shape.js';

const Packr = UntypedPackr as new (
  options: Options & { readonly skipValues: readonly unknown[] },
) => TypedPackr;

const OPTIONS = {
  // Records would generate code for what they decode.
  useRecords: false,
  variableMapSize: true,
  // As in JSON: an undefined field is omitted, an undefined array item is null.
  skipValues: [undefined],
  encodeUndefinedAsNil: true,
  onInvalidDate: () => null,
  // A view would keep the whole frame in memory, and let a handler change stored data.
  copyBuffers: true,
} as const;

/**
 * MessagePack, by `msgpackr`, which must be installed next to Catga. Smaller than JSON for binary data, and keeps more
 * types.
 *
 * Carries what {@link json} carries, and keeps `Date`, `Uint8Array` (a `Buffer` arrives as one), 64-bit `BigInt`, `NaN`
 * and the infinities. `undefined` fields are dropped and `toJSON` is called, as in JSON. Refused are values that JSON
 * would silently drop or empty (functions, symbols, `Map`, `Set`, `RegExp`, other typed arrays, errors), cycles,
 * nesting of more than 256 levels, lone surrogates, and text that begins with a byte order mark. The keys `__proto__`,
 * `constructor` and `prototype` are dropped on decoding, at any depth.
 *
 * @publicApi
 */
export function msgpack(): Serializer {
  const packr = new Packr({ ...OPTIONS, mapsAsObjects: true });
  const carefulPackr = new Packr({ ...OPTIONS, mapsAsObjects: false });
  return {
    name: 'msgpack',
    encode(value) {
      if (value === undefined) throw new TypeError('MessagePack cannot carry undefined.');
      checkCarried(value);
      // A copy, since the packer reuses its buffer.
      return Uint8Array.from(packr.encode(value));
    },
    decode(bytes) {
      const hasForbiddenKeys = checkMessagePack(bytes);
      // Given a `Buffer`, the packer would return buffers.
      const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return hasForbiddenKeys
        ? withoutForbiddenKeys(carefulPackr.decode(plain) as unknown)
        : (packr.decode(plain) as unknown);
    },
  };
}
