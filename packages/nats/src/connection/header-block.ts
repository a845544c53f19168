/** Headers as a client takes them: whatever gives the bytes of a header block (NATS ADR-4). */
export interface EncodedHeaders {
  encode(): Uint8Array;
}

const VERSION_LINE = 'NATS/1.0\r\n';

/**
 * A header block made of lines, without the maps and lists of a client's headers. Names and values are ASCII without
 * line breaks, which is for the caller to see to.
 */
export class HeaderBlock implements EncodedHeaders {
  private lines = VERSION_LINE;

  set(name: string, value: string): this {
    this.lines += `${name}: ${value}\r\n`;
    return this;
  }

  encode(): Uint8Array {
    return Buffer.from(`${this.lines}\r\n`, 'latin1');
  }
}
