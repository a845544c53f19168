import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { findChromium } from '@catga/servers';

/** A browser without a screen. */
export class TestBrowser {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(
      await chromium.launch({
        executablePath: findChromium(),
        args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
      }),
    );
  }

  /** A tab that fails the test for errors of its scripts, refusals of the policy and requests to other hosts. */
  async open(url: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<TestPage> {
    const context = await this.browser.newContext({ locale: 'en-US', ...options });
    const page = await context.newPage();
    const found: string[] = [];
    page.on('pageerror', (error) => found.push(error.message));
    page.on('console', (message) => message.type() === 'error' && found.push(message.text()));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) found.push(`a request to ${request.url()}`);
    });
    await page.goto(url);
    return { page, found };
  }

  /** Closes all tabs. */
  async closePages(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

export interface TestPage {
  readonly page: Page;
  /** What should not have happened. */
  readonly found: readonly string[];
}

/** What axe finds. Its script is run past the page's policy, which is left as it is. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
