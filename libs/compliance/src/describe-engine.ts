import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asyncContexts } from './cases/async-contexts.js';
import { cancellation } from './cases/cancellation.js';
import { commandQueues } from './cases/command-queues.js';
import { competingConsumers } from './cases/competing-consumers.js';
import { conversations } from './cases/conversations.js';
import { deadLetterAdministration } from './cases/dead-letter-administration.js';
import { deadLetterBatches } from './cases/dead-letter-batches.js';
import { deadLetterHistory } from './cases/dead-letter-history.js';
import { deadLetterStore } from './cases/dead-letter-store.js';
import { deadLetters } from './cases/dead-letters.js';
import { declaredErrors } from './cases/declared-errors.js';
import { durableLog } from './cases/durable-log.js';
import { encodableMessages } from './cases/encodable-messages.js';
import { errorRules } from './cases/error-rules.js';
import { exactlyOnceCommands } from './cases/exactly-once-commands.js';
import { exactlyOnceEvents } from './cases/exactly-once-events.js';
import { effectKeys } from './cases/effect-keys.js';
import { heldKeys } from './cases/held-keys.js';
import { idempotencyStore } from './cases/idempotency-store.js';
import { idempotentCommands } from './cases/idempotent-commands.js';
import { identities } from './cases/identities.js';
import { keySpaces } from './cases/key-spaces.js';
import { limits } from './cases/limits.js';
import { namespaces } from './cases/namespaces.js';
import { nodeDirectory } from './cases/node-directory.js';
import { nodes } from './cases/nodes.js';
import { ordering } from './cases/ordering.js';
import { outages } from './cases/outages.js';
import { pausedSubscriptions } from './cases/paused-subscriptions.js';
import { plainEvents } from './cases/plain-events.js';
import { poisonMessages } from './cases/poison-messages.js';
import { publisherDeduplication } from './cases/publisher-deduplication.js';
import { queuedCommands } from './cases/queued-commands.js';
import { queuedOutcomes } from './cases/queued-outcomes.js';
import { redelivery } from './cases/redelivery.js';
import { redrive } from './cases/redrive.js';
import { refusals } from './cases/refusals.js';
import { reliableEvents } from './cases/reliable-events.js';
import { requests } from './cases/requests.js';
import { retention } from './cases/retention.js';
import { stopping } from './cases/stopping.js';
import { subscriptionRegister } from './cases/subscription-register.js';
import { thrownValues } from './cases/thrown-values.js';
import { unclaimed } from './cases/unclaimed.js';
import { describeCluster } from './describe-cluster.js';
import type { EngineHarness } from './engine-harness.js';
import { Lab } from './lab.js';

/** Compliance suite for engines. No guarantee is claimed that is not tested here. */
export function describeEngine(name: string, harness: EngineHarness): void {
  const { events } = harness.capabilities;
  describe(`engine ${name}`, () => {
    const lab = new Lab(harness);
    beforeEach(() => lab.open());
    afterEach(() => lab.close());

    it('says what it can do', () => {
      expect(lab.engine.name).toMatch(/\S/);
      expect(lab.engine.capabilities).toEqual(harness.capabilities);
    });

    requests(lab);
    cancellation(lab);
    conversations(lab);
    asyncContexts(lab);
    limits(lab);
    idempotentCommands(lab);
    declaredErrors(lab);
    errorRules(lab);
    refusals(lab);
    if (harness.capabilities.requests.includes(2)) exactlyOnceCommands(lab);
    idempotencyStore(lab);
    keySpaces(lab);
    effectKeys(lab);
    if (harness.capabilities.queues) {
      commandQueues(lab);
      queuedOutcomes(lab);
      queuedCommands(lab);
    }
    plainEvents(lab);
    if (events.includes(1)) {
      reliableEvents(lab);
      publisherDeduplication(lab);
      ordering(lab);
      redelivery(lab);
      deadLetters(lab);
      thrownValues(lab);
      redrive(lab);
      heldKeys(lab);
      deadLetterBatches(lab);
      deadLetterHistory(lab);
      deadLetterAdministration(lab);
      poisonMessages(lab);
      if (harness.capabilities.queues) encodableMessages(lab);
      competingConsumers(lab);
    }
    if (events.includes(2)) {
      exactlyOnceEvents(lab);
      identities(lab);
    }
    if (lab.storesMessages) {
      durableLog(lab);
      deadLetterStore(lab);
      subscriptionRegister(lab);
      pausedSubscriptions(lab);
    } else unclaimed(lab);
    nodeDirectory(lab);
    nodes(lab);
    namespaces(lab);
    outages(lab);
    stopping(lab);
  });
  if (harness.capabilities.queues && events.includes(1)) describeRetention(name, harness);
  if (harness.createCluster !== undefined) describeCluster(name, harness, harness.createCluster);
}

function describeRetention(name: string, harness: EngineHarness): void {
  describe(`engine ${name}`, () => {
    const lab = new Lab(harness, () => (harness.createShortRetention ?? harness.createEngine).call(harness));
    beforeEach(() => lab.open());
    afterEach(() => lab.close());
    retention(lab);
  });
}
