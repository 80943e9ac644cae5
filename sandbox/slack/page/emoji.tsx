/** Draws emoji: by name, and where somebody typed the character itself. */
import { Fragment } from 'react';
import { emojiCharacters, emojiFor } from '#sandbox/slack/emoji.ts';
import { drawingOf } from './drawn-emoji.tsx';

export function Emoji({ name }: { name: string }) {
  return (
    <span className="emoji" role="img" aria-label={name} title={`:${name}:`}>
      {drawingOf(name) ?? emojiFor(name) ?? `:${name}:`}
    </span>
  );
}

const characters = [...emojiCharacters.keys()].sort((one, other) => other.length - one.length);
const anyCharacter = new RegExp(`(${characters.join('|')})`, 'u');

/** Text with the emoji characters in it drawn. Nothing else in it is read. */
export function WithEmoji({ text }: { text: string }) {
  const parts = text.split(anyCharacter);
  if (parts.length === 1) return text;
  return parts.map((part, index) => {
    const name = emojiCharacters.get(part);
    const key = `${index} ${part}`;
    return name ? <Emoji key={key} name={name} /> : <Fragment key={key}>{part}</Fragment>;
  });
}
