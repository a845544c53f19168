/** Pattern of service, namespace and node names, which every broker accepts unencoded. */
export const LABEL = /^[A-Za-z0-9_-]{1,64}$/;
