// The entry for event stores and test tools. It may change in any release.
export { evolved } from './deciding/decider.js';
export { isDecision, resultOf } from './deciding/decision.js';
export { DecisionDefinition } from './definition/decision-definition.js';
export { declaredDecisionOf } from './definition/decision-handler.decorator.js';
export { StreamDefinition } from './definition/stream-definition.js';
export { eventId } from './handling/event-id.js';
export { EventTaker, NotTaken } from './projections/event-taker.js';
export { projectionDefinitionOf } from './projections/projection-definition.js';
export type { ProjectionDefinition } from './projections/projection-definition.js';
export { createTables, tableOf } from './projections/projection-tables.js';
