/** The functions of Jest, Vitest or another test runner that the suite calls. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
  readonly beforeAll: (prepare: () => Promise<void>) => unknown;
  readonly beforeEach: (prepare: () => Promise<void>) => unknown;
  readonly afterAll: (clean: () => Promise<void>) => unknown;
}
