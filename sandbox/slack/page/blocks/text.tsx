/** Draws text: mrkdwn, plain text, mentions, links, dates, emoji. */
import type { TextObject } from '@slack/types';
import { emojiNames } from '#sandbox/slack/emoji.ts';
import { Emoji, WithEmoji } from '../emoji.tsx';
import { useKnowing, useNames } from '../knowing.tsx';
import { formatDate } from '../time.ts';
import { type Inline, type Piece, parseMrkdwn } from './parse-mrkdwn.ts';

export function Text({ of }: { of: TextObject }) {
  if (of.type === 'mrkdwn') return <Mrkdwn text={of.text} verbatim={of.verbatim ?? false} />;
  return <PlainText text={of.text} emoji={of.emoji ?? true} />;
}

export function Mrkdwn({ text, verbatim = false }: { text: string; verbatim?: boolean }) {
  return numbered(parseMrkdwn(text, verbatim)).map(({ key, item }) => <PieceShown key={key} piece={item} />);
}

/** Text that nobody parses, except for emoji names where the app asked for them. */
export function PlainText({ text, emoji }: { text: string; emoji: boolean }) {
  const parts = emoji ? text.split(/(:[a-z0-9_+'-]+:)/) : [text];
  return (
    <span className="plain">
      {numbered(parts).map(({ key, item }) => {
        const isName = emoji && item.startsWith(':') && emojiNames.has(item.slice(1, -1));
        return isName ? <Emoji key={key} name={item.slice(1, -1)} /> : <WithEmoji key={key} text={item} />;
      })}
    </span>
  );
}

export function Mention({ kind, id }: { kind: 'user' | 'channel' | 'group' | 'broadcast'; id: string }) {
  const { me } = useKnowing();
  const names = useNames();
  const isMe = kind === 'user' && id === me.id;
  const shown = {
    user: () => `@${names.personName(id)}`,
    channel: () => `#${names.channelName(id)}`,
    group: () => `@${names.groupHandle(id)}`,
    broadcast: () => `@${id}`,
  }[kind]();
  return <span className={isMe || kind === 'broadcast' ? 'mention mention-me' : 'mention'}>{shown}</span>;
}

/** Only the web and mail are linked; any other scheme is shown as the text it is. */
export function Link({ url, children }: { url: string; children: React.ReactNode }) {
  if (!/^(https?:|mailto:)/i.test(url)) return <span title={url}>{children}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener" title={url}>
      {children}
    </a>
  );
}

export function DateShown({ seconds, format, fallback }: { seconds: number; format: string; fallback?: string }) {
  if (!Number.isFinite(seconds)) return <span>{fallback}</span>;
  const date = new Date(seconds * 1000);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString('en-GB')}>
      {formatDate(seconds, format)}
    </time>
  );
}

export function numbered<Item>(items: readonly Item[]): { key: string; item: Item }[] {
  return items.map((item, index) => ({ key: String(index), item }));
}

function PieceShown({ piece }: { piece: Piece }) {
  if (piece.type === 'pre') return <pre>{piece.text}</pre>;
  const lines = numbered(piece.lines).map(({ key, item }) => (
    <div key={key} className="line">
      <InlineShown nodes={item} />
    </div>
  ));
  return piece.type === 'quote' ? <blockquote>{lines}</blockquote> : <div>{lines}</div>;
}

function InlineShown({ nodes }: { nodes: readonly Inline[] }) {
  return numbered(nodes).map(({ key, item }) => <Node key={key} node={item} />);
}

function Node({ node }: { node: Inline }) {
  switch (node.type) {
    case 'text':
      return <WithEmoji text={node.text} />;
    case 'bold':
      return (
        <strong>
          <InlineShown nodes={node.children} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <InlineShown nodes={node.children} />
        </em>
      );
    case 'strike':
      return (
        <s>
          <InlineShown nodes={node.children} />
        </s>
      );
    case 'code':
      return <code>{node.text}</code>;
    case 'emoji':
      return <Emoji name={node.name} />;
    case 'link':
      return (
        <Link url={node.url}>
          <InlineShown nodes={node.children} />
        </Link>
      );
    case 'date':
      return <DateShown seconds={node.seconds} format={node.format} fallback={node.fallback} />;
    default:
      return <Mention kind={node.type} id={node.id} />;
  }
}
