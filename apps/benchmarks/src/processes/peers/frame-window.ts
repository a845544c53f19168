/**
 * Takes the window away: every frame leaves at the end of the turn it was begun in, however many are unacknowledged.
 * There is no option for it, since nobody should want it; the kernel's own class is changed, in this process alone.
 */
export async function sendFramesAtOnce(): Promise<void> {
  const file = new URL('links/peer-link.js', import.meta.resolve('@catga/core'));
  const { PeerLink } = (await import(file.href)) as { readonly PeerLink: { readonly prototype: object } };
  if (Object.getOwnPropertyDescriptor(PeerLink.prototype, 'hasRoom')?.get === undefined) {
    throw new Error('PeerLink has no hasRoom any more: the window has to be taken away elsewhere.');
  }
  Object.defineProperty(PeerLink.prototype, 'hasRoom', { get: () => true });
}
