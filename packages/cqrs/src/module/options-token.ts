/** Token of the options, that of `@nestjs/cqrs`. */
export const CQRS_MODULE_OPTIONS = 'CQRS_MODULE_OPTIONS';
