// The entry `@catga/dashboard/standalone`: the dashboard as a program.
export { serveDashboard } from './standalone/serve-dashboard.js';
export type { StandaloneDashboard, StandaloneOptions } from './standalone/serve-dashboard.js';
