import { Injectable } from '@nestjs/common';
import { HandlerSource } from '@catga/nestjs';
import type { CatgaNode, ExploredProvider } from '@catga/nestjs';
import { SAGA_DECORATOR, sagaOptionsOf } from './definition/saga.decorator.js';
import { hasInputs } from './definition/saga-metadata.js';
import { CatgaSagas } from './catga-sagas.js';
import { SagaHost } from './saga-host.js';
import { answerTools } from './saga-questions.js';

/** Registers the sagas among the providers of the application. */
@Injectable()
export class SagaSource extends HandlerSource {
  readonly decorator = SAGA_DECORATOR;

  constructor(
    private readonly host: SagaHost,
    private readonly sagas: CatgaSagas,
  ) {
    super();
  }

  register(providers: readonly ExploredProvider[], node: CatgaNode): readonly string[] {
    answerTools(node, this.sagas);
    return providers.flatMap(({ classes, location, instanceFor }) => {
      const target = classes.find((one) => sagaOptionsOf(one) !== undefined);
      if (target !== undefined) return this.host.add({ target, location, instanceFor });
      const [forgetful] = classes.filter(hasInputs);
      return forgetful === undefined
        ? []
        : [
            `${forgetful.name} (${location}) has inputs of a saga, which have no effect without ${SAGA_DECORATOR}.`,
          ];
    });
  }
}
