/** Text that travels with a message, beside its body. Names are case-sensitive. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** The headers of a message that has none. */
export const NO_HEADERS: MessageHeaders = Object.freeze({});
