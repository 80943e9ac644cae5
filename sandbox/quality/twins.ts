/** Which workloads the drafts say they cannot tell apart: what a rule means one of them to do, the other may, and nothing else. */

/** Whether a rule meant for the one covers the other, as some remark of the drafts says of these two. */
export function twinsIn(
  remarks: readonly string[],
  ownersOf: (name: string) => readonly string[],
): (meant: string, covered: string) => boolean {
  const shared = remarks.flatMap((text) => {
    const told = /^No tag tells (.*?) (from|apart)\b/.exec(text);
    return told ? [{ told: told[1] ?? '', text }] : [];
  });
  return (meant, covered) => {
    const [one, other] = [ownersOf(meant), ownersOf(covered)];
    if (one.some((name) => other.includes(name))) return true;
    // Who is covered along with others is not meant: what one of them does, the rest of them may not.
    return shared.some(
      ({ told, text }) => one.some((name) => isNamedIn(told, name)) && other.some((name) => isNamedIn(text, name)),
    );
  };
}

/** Whether a sentence has this name in it, and not merely a longer one that begins or ends with it. */
export function isNamedIn(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[\\s,])${escaped}($|[\\s,:.])`).test(text);
}
