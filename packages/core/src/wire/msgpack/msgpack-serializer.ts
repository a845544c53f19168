import type { Options, Packr as TypedPackr } from 'msgpackr';
// This entry leaves the native addon alone, and comes without types of its own.
import { Packr as UntypedPackr } from 'msgpackr/pack';
import type { Serializer } from '../../ports/serializer.js';
import { checkCarried } from './carried-values.js';
import { withoutForbiddenKeys } from './message-pack-maps.js';
import { checkMessagePack } from './message-pack-shape.js';

const Packr = UntypedPackr as new (
  options: Options & { readonly skipValues: readonly unknown[] },
) => TypedPackr;

const OPTIONS = {
  // Records would make code of what they decode.
  useRecords: false,
  variableMapSize: true,
  // What JSON does: a field without a value is not there, in a list it is null.
  skipValues: [undefined],
  encodeUndefinedAsNil: true,
  onInvalidDate: () => null,
  // A view would keep the whole frame, and let a handler change what is stored.
  copyBuffers: true,
} as const;

/**
 * MessagePack, by `msgpackr`, which has to be installed beside Catga. Smaller than JSON where there is binary data, and
 * it keeps more types.
 *
 * Carries what {@link json} carries, and as what they are: a `Date`, a `Uint8Array` (a `Buffer` arrives as one), a `BigInt` of 64
 * bits, `NaN` and the infinities. `undefined` fields are dropped and `toJSON` is called, as JSON does. Refused are what JSON
 * would drop or empty without a word (functions, symbols, `Map`, `Set`, `RegExp`, other typed arrays, errors), cycles
 * and whatever is nested more than 256 deep, half a surrogate pair, and text that begins with a byte order mark.
 * The keys `__proto__`, `constructor` and `prototype` are dropped on decoding, at any depth.
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
      // A copy: the packer goes on writing in the buffer that it lends.
      return Uint8Array.from(packr.encode(value));
    },
    decode(bytes) {
      const hasForbiddenKeys = checkMessagePack(bytes);
      // Of a `Buffer` the packer would make buffers.
      const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return hasForbiddenKeys
        ? withoutForbiddenKeys(carefulPackr.decode(plain) as unknown)
        : (packr.decode(plain) as unknown);
    },
  };
}
