/** The functions of Jest, Vitest or another test runner that the suite calls. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => void;
  readonly it: (name: string, test: () => Promise<void>) => void;
  readonly beforeAll: (prepare: () => Promise<void>) => void;
  readonly beforeEach: (prepare: () => Promise<void>) => void;
  readonly afterAll: (clean: () => Promise<void>) => void;
}
