import * as ours from './index.js';
import { describeSemantics } from './semantics.fixture.js';

describeSemantics('@catga/cqrs', ours);
