/** The resolved options. */
export const DASHBOARD_OPTIONS: unique symbol = Symbol('CATGA_DASHBOARD_OPTIONS');
