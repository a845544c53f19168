/** What services, namespaces and nodes are called, so that every broker can carry their names as they are. */
export const LABEL = /^[A-Za-z0-9_-]{1,64}$/;
