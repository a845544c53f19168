/** The functions of Jest, Vitest or another test runner that a suite calls. */
export interface SuiteRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
}
