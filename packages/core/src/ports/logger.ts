/** Where the kernel writes what an operator should read. Nest's `Logger` fits. */
export interface CatgaLogger {
  debug(message: string): void;
  log(message: string): void;
  warn(message: string): void;
  error(message: string, stack?: string): void;
}
