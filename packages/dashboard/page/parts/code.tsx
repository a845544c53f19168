export function Code({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    // Focusable, so that it scrolls by keyboard.
    <pre role="region" aria-label={title} tabIndex={0}>
      {text}
    </pre>
  );
}
