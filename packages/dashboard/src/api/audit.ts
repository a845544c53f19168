import { Inject, Injectable, Logger } from '@nestjs/common';
import type { HttpRequest } from '../http/http-request.js';
import { DASHBOARD_OPTIONS } from '../options/dashboard-options.token.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';

/** One line of the log for each action, whether it succeeded or failed. */
@Injectable()
export class Audit {
  private readonly logger = new Logger('CatgaDashboard');

  constructor(@Inject(DASHBOARD_OPTIONS) private readonly options: ResolvedDashboardOptions) {}

  /**
   * Runs an action.
   *
   * @param of object of the action
   */
  async of<T>(request: HttpRequest, action: string, of: object, run: () => Promise<T>): Promise<T> {
    // As JSON, because names and ids are untrusted: they must not contain line breaks.
    const line = `${action} ${JSON.stringify(of)} by ${JSON.stringify(this.actorOf(request))}`;
    try {
      const result = await run();
      this.logger.log(`${line}: done`);
      return result;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : String(thrown);
      this.logger.warn(`${line}: failed, ${JSON.stringify(error)}`);
      throw thrown;
    }
  }

  private actorOf(request: HttpRequest): string {
    return this.options.actor?.(request) ?? request.socket?.remoteAddress ?? 'unknown';
  }
}
