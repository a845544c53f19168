import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { join } from 'node:path';
import { Audit } from './api/audit.js';
import { DashboardCluster } from './api/dashboard-cluster.js';
import { DashboardLetters } from './api/dashboard-letters.js';
import { DashboardMessages } from './api/dashboard-messages.js';
import { DashboardProjections } from './api/dashboard-projections.js';
import { DashboardQueue } from './api/dashboard-queue.js';
import { DashboardSagas } from './api/dashboard-sagas.js';
import { LetterCounts } from './api/letter-counts.js';
import { Redactor } from './api/redactor.js';
import { clusterController } from './http/cluster.controller.js';
import { lettersController } from './http/letters.controller.js';
import { messagesController } from './http/messages.controller.js';
import { pageController } from './http/page.controller.js';
import { PAGE_FOLDER, PageFiles } from './http/page-files.js';
import { LiveUpdates } from './live/live-updates.js';
import { TrafficHistory } from './live/traffic-history.js';
import { projectionsController } from './http/projections.controller.js';
import { queueController } from './http/queue.controller.js';
import { sagasController } from './http/sagas.controller.js';
import type { CatgaDashboardOptions } from './options/dashboard-options.js';
import { DASHBOARD_OPTIONS } from './options/dashboard-options.token.js';
import { resolveDashboardOptions } from './options/resolve-dashboard-options.js';

/**
 * Nest module with the dashboard of the cluster: nodes, subscriptions, dead letters and failures. The given guards protect every page,
 * reading and action; without guards only browsers on the same machine are served. Import `CatgaModule` beside it.
 *
 * @example `imports: [CatgaModule.forRoot(), CatgaDashboardModule.forRoot({ path: 'catga', guards: [AdminGuard] })]`
 * @publicApi
 */
@Module({})
export class CatgaDashboardModule {
  /** Throws `CATGA_CONFIGURATION` for invalid options. */
  static forRoot(options: CatgaDashboardOptions = {}): DynamicModule {
    const resolved = resolveDashboardOptions(options);
    return {
      module: CatgaDashboardModule,
      imports: [...resolved.imports],
      controllers: [
        pageController(resolved),
        lettersController(resolved),
        clusterController(resolved),
        messagesController(resolved),
        queueController(resolved),
        sagasController(resolved),
        projectionsController(resolved),
      ],
      providers: [
        { provide: DASHBOARD_OPTIONS, useValue: resolved },
        { provide: PAGE_FOLDER, useFactory: () => join(__dirname, '../assets') },
        PageFiles,
        Audit,
        Redactor,
        DashboardCluster,
        DashboardLetters,
        LetterCounts,
        DashboardMessages,
        DashboardQueue,
        DashboardSagas,
        DashboardProjections,
        LiveUpdates,
        TrafficHistory,
      ],
    };
  }
}
