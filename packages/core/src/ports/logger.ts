/** Logger of the kernel. Compatible with Nest's `Logger`. */
export interface CatgaLogger {
  debug(message: string): void;
  log(message: string): void;
  warn(message: string): void;
  error(message: string, stack?: string): void;
}
