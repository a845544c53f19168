import { afterEach, beforeEach, expect } from '@jest/globals';
import { z } from 'zod';
import { finding } from './output-schemas.fixture.js';
import { TestTerminal } from './terminal.fixture.js';

/** The doctor of one case, and what it leaves behind. */
export class DoctorCase {
  terminal = new TestTerminal();
  private readonly ends: (() => Promise<unknown>)[] = [];

  /** For all cases of a file. */
  static forEach(): DoctorCase {
    const one = new DoctorCase();
    beforeEach(() => {
      one.terminal = new TestTerminal();
    });
    afterEach(async () => {
      for (const end of one.ends.splice(0).reverse()) await end();
      one.terminal.folder.remove();
    });
    return one;
  }

  /** Stops something after the case. */
  after<T extends { stop(): Promise<unknown> } | { close(): Promise<unknown> }>(what: T): T {
    this.ends.push(() => ('stop' in what ? what.stop() : what.close()));
    return what;
  }

  /** What the doctor finds: kinds with their severity and subject. */
  async findings(url: string): Promise<readonly string[]> {
    const { out, exitCode } = await this.terminal.run('doctor', '--url', url, '--output', 'json');
    const findings = z.array(finding).parse(JSON.parse(out));
    expect(exitCode).toBe(findings.some(({ severity }) => severity === 'error') ? 1 : 0);
    return findings.map(({ code, severity, subject }) => `${severity} ${code} of ${subject}`);
  }
}
