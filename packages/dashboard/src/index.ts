export { CatgaDashboardModule } from './catga-dashboard.module.js';
export type { CatgaDashboardOptions, RedactedPart } from './options/dashboard-options.js';
