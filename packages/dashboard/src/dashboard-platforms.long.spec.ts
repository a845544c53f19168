import { clusterCases } from './cluster-cases.fixture.js';
import { securityCases } from './security-cases.fixture.js';

// What `npm test` plays on the other platform.
clusterCases('fastify');
securityCases('express');
