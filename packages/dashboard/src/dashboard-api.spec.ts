import { clusterCases } from './cluster-cases.fixture.js';
import { letterCases } from './letter-cases.fixture.js';

// The other platform: in dashboard-platforms.long.spec.ts; the brokers: in dashboard-brokers.
clusterCases('express');
letterCases('memory');
