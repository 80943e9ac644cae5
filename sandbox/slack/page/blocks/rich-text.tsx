/** Draws rich_text: nothing in it is parsed, so what a host name says stays what it says. */
import type { RichTextBlock, RichTextBlockElement, RichTextElement, RichTextStyleable } from '@slack/types';
import type { ReactNode } from 'react';
import { Emoji, WithEmoji } from '../emoji.tsx';
import { DateShown, Link, Mention, numbered } from './text.tsx';

export function RichText({ block }: { block: RichTextBlock }) {
  return (
    <div className="rich-text">
      {numbered(block.elements).map(({ key, item }) => (
        <Piece key={key} piece={item} />
      ))}
    </div>
  );
}

function Piece({ piece }: { piece: RichTextBlockElement }) {
  switch (piece.type) {
    case 'rich_text_section':
      return (
        <p>
          <Parts of={piece.elements} />
        </p>
      );
    case 'rich_text_quote':
      return (
        <blockquote>
          <Parts of={piece.elements} />
        </blockquote>
      );
    case 'rich_text_preformatted':
      return (
        <pre>
          <Parts of={piece.elements} />
        </pre>
      );
    case 'rich_text_list': {
      const List = piece.style === 'ordered' ? 'ol' : 'ul';
      return (
        <List className={`indent-${piece.indent ?? 0}`}>
          {numbered(piece.elements).map((entry) => (
            <li key={entry.key}>
              <Parts of={entry.item.elements} />
            </li>
          ))}
        </List>
      );
    }
  }
}

function Parts({ of }: { of: readonly RichTextElement[] }) {
  return numbered(of).map(({ key, item }) => (
    <Styled key={key} style={item.style}>
      <Part part={item} />
    </Styled>
  ));
}

function Part({ part }: { part: RichTextElement }) {
  switch (part.type) {
    case 'text':
      return <WithEmoji text={part.text} />;
    case 'link':
      return <Link url={part.url}>{part.text ?? part.url}</Link>;
    case 'user':
      return <Mention kind="user" id={part.user_id} />;
    case 'usergroup':
      return <Mention kind="group" id={part.usergroup_id} />;
    case 'channel':
      return <Mention kind="channel" id={part.channel_id} />;
    case 'broadcast':
      return <Mention kind="broadcast" id={part.range} />;
    case 'emoji':
      return <Emoji name={part.name} />;
    case 'date':
      return <DateShown seconds={part.timestamp} format={part.format} fallback={part.fallback ?? ''} />;
    case 'color':
      return (
        <span className="colour">
          <span className="swatch" style={{ background: part.value }} />
          {part.value}
        </span>
      );
    case 'team':
      return <>{part.team_id}</>;
  }
}

function Styled({ style, children }: { style: RichTextStyleable['style']; children: ReactNode }) {
  if (!style) return children;
  let shown: ReactNode = children;
  if (style.code) shown = <code>{shown}</code>;
  if (style.bold) shown = <strong>{shown}</strong>;
  if (style.italic) shown = <em>{shown}</em>;
  if (style.strike) shown = <s>{shown}</s>;
  if (style.underline) shown = <u>{shown}</u>;
  return shown;
}
