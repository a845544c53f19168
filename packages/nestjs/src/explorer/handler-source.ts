import type { Type } from '@nestjs/common';
import { InitializeOnPreviewAllowlist } from '@nestjs/core/inspector/initialize-on-preview.allowlist.js';
import type { CatgaNode, MessageContext } from '@catga/core';

/** A provider of the application. */
export interface ExploredProvider {
  /** Its class, and, if a test has overridden it, the original class. */
  readonly classes: readonly (abstract new (...args: never[]) => object)[];
  /** The module that provides it. */
  readonly location: string;
  /** Returns the instance for a message: the shared one, or a new one for a request-scoped or transient provider. */
  readonly instanceFor: (message: object, context: MessageContext) => object | Promise<object>;
}

/**
 * Provider that registers handlers declared by another package's decorators. Called before the node starts, and when the application is
 * described: see {@link madeForDescriptions}.
 */
export abstract class HandlerSource {
  /** Decorator of its classes, such as `@Saga`; see {@link needsHandlerSource}. */
  abstract readonly decorator: string;
  /** Returns the problems of decorated classes, which the node reports with all others. */
  abstract register(providers: readonly ExploredProvider[], node: CatgaNode): readonly string[];
}

/**
 * Makes Nest create the providers of a module even when the application is only described. For modules with a {@link HandlerSource}, whose
 * providers must not connect to anything by themselves.
 */
export function madeForDescriptions(module: Type): void {
  InitializeOnPreviewAllowlist.add(module);
}

const NEEDED = 'catga:handler-source';

/** Module that a class decorator needs. */
export interface NeededSource {
  readonly decorator: string;
  /** Name of the module whose {@link HandlerSource} reads it. */
  readonly module: string;
}

/** Requires a module for a class: an application that provides the class does not start without it. */
export function needsHandlerSource(target: object, needed: NeededSource): void {
  Reflect.defineMetadata(NEEDED, needed, target);
}

/** The module required by {@link needsHandlerSource} for a class. */
export function neededSourceOf(target: object): NeededSource | undefined {
  return Reflect.getOwnMetadata(NEEDED, target) as NeededSource | undefined;
}
