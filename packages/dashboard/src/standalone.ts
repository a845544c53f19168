// The entry `@catga/dashboard/standalone`: the dashboard as a program of its own.
export { serveDashboard } from './standalone/serve-dashboard.js';
export type { StandaloneDashboard, StandaloneOptions } from './standalone/serve-dashboard.js';
