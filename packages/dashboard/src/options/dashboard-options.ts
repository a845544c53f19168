import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';

/** Description of a payload passed to {@link CatgaDashboardOptions.redact}. */
export interface RedactedPart {
  /**
   * Content of a message or state of a saga, headers of a message (an object), its key (text), the text of an error, or the result of a
   * request that was sent.
   */
  readonly what: 'content' | 'headers' | 'key' | 'error' | 'result';
  /** Wire name of the message, or name of the saga or projection; undefined if the error has none. */
  readonly name: string | undefined;
}

/**
 * Options of {@link CatgaDashboardModule}.
 *
 * @publicApi
 */
export interface CatgaDashboardOptions {
  /**
   * Path of the page, below the global prefix.
   * @defaultValue 'catga'
   */
  readonly path?: string;
  /**
   * Guards of every page, reading and action. Without guards only browsers on the same machine are served, even if the application has
   * global guards.
   * @defaultValue none
   */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[];
  /** Modules with the providers that the guards inject. */
  readonly imports?: ModuleMetadata['imports'];
  /**
   * Refuses all actions with 403, and hides them.
   * @defaultValue false
   */
  readonly readOnly?: boolean;
  /**
   * Function that redacts payloads before they leave the process: contents, headers and keys of messages, states of sagas, error texts, and
   * results. If it throws, `(redacted)` is shown. Letters whose content it changes cannot be edited.
   * @defaultValue payloads are shown as they are
   */
  readonly redact?: (payload: unknown, part: RedactedPart) => unknown;
  /**
   * URL of a trace, with `{traceId}`: http, https, or a path. Letters with the header `traceparent` link to it.
   * @defaultValue no links
   */
  readonly traceUrl?: string;
  /**
   * Function that returns the actor for audit lines, from the request of Express or Fastify.
   * @defaultValue the address of the peer
   */
  readonly actor?: (request: unknown) => string | undefined;
}

/** Options with defaults. */
export type ResolvedDashboardOptions = Readonly<
  Required<Pick<CatgaDashboardOptions, 'path' | 'guards' | 'imports' | 'readOnly'>> &
    Pick<CatgaDashboardOptions, 'redact' | 'traceUrl' | 'actor'>
>;
