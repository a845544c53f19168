/**
 * Serializer of plain data. All nodes of a namespace use the same one.
 *
 * Contract: `decode(encode(value))` equals `value` for plain data; both throw on unsupported values; keys of the input
 * never reach an object's prototype.
 */
export interface Serializer {
  /** Stored with each message and sent in each frame, so that a reader with another serializer refuses it. */
  readonly name: string;
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
  /**
   * Encodes to well-formed text instead of its UTF-8 bytes; only for text formats. Saves a copy and an allocation per
   * message in frames.
   */
  encodeText?(value: unknown): string;
  /** Counterpart of {@link encodeText}; implement both or neither. */
  decodeText?(text: string): unknown;
}
