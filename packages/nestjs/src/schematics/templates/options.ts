/** Options of the templates. */
export interface TemplateOptions {
  /** Also the folder. */
  readonly name: string;
  /** @defaultValue `'memory'` of one process, `'nats'` of a cluster */
  readonly engine?: 'memory' | 'nats' | 'redis';
}
