import type { Type } from '@nestjs/common';
import { InitializeOnPreviewAllowlist } from '@nestjs/core/inspector/initialize-on-preview.allowlist.js';
import type { CatgaNode, MessageContext } from '@catga/core';

/** A class that the application provides. */
export interface ExploredProvider {
  /** Its class, and where a test has put another provider in its place, the class that was to be there. */
  readonly classes: readonly (abstract new (...args: never[]) => object)[];
  /** The module that provides it. */
  readonly location: string;
  /** The instance for one message: the shared one, or, for a request-scoped or transient provider, a new one each time. */
  readonly instanceFor: (message: object, context: MessageContext) => object | Promise<object>;
}

/**
 * Provider that registers handlers which another package declares with decorators of its own. Called when the application starts,
 * before its node does, and when it is described: see {@link madeForDescriptions}.
 */
export abstract class HandlerSource {
  /** The decorator of the classes that need it, such as `@Saga`; see {@link needsHandlerSource}. */
  abstract readonly decorator: string;
  /** Returns the problems of decorated classes, which the node reports with all others. */
  abstract register(providers: readonly ExploredProvider[], node: CatgaNode): readonly string[];
}

/**
 * Has Nest make the providers of a module for descriptions of the application, too, in which nothing else is made: of a module with
 * a {@link HandlerSource}. They may not connect to anything by themselves.
 */
export function madeForDescriptions(module: Type): void {
  InitializeOnPreviewAllowlist.add(module);
}

const NEEDED = 'catga:handler-source';

/** What a class decorator needs to have an effect. */
export interface NeededSource {
  readonly decorator: string;
  /** Name of the module whose {@link HandlerSource} reads it. */
  readonly module: string;
}

/** An application that provides the class does not start without the module. */
export function needsHandlerSource(target: object, needed: NeededSource): void {
  Reflect.defineMetadata(NEEDED, needed, target);
}

/** What {@link needsHandlerSource} said of a class. */
export function neededSourceOf(target: object): NeededSource | undefined {
  return Reflect.getOwnMetadata(NEEDED, target) as NeededSource | undefined;
}
