/** What the page makes of the text an app or a host name wrote. */
import { expect, test } from 'vitest';
import { type Inline, parseMrkdwn } from '#sandbox/slack/page/blocks/parse-mrkdwn.ts';

/** The tree written as text, one mark for each kind, so that a line can be read. */
function drawn(text: string, verbatim = true): string {
  return parseMrkdwn(text, verbatim)
    .map((piece) => {
      if (piece.type === 'pre') return `[pre ${piece.text}]`;
      const lines = piece.lines.map((line) => line.map(inline).join('')).join(' / ');
      return piece.type === 'quote' ? `[quote ${lines}]` : lines;
    })
    .join(' ');
}

function inline(node: Inline): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'code':
      return `[code ${node.text}]`;
    case 'emoji':
      return `[emoji ${node.name}]`;
    case 'link':
      return `[link ${node.url} ${node.children.map(inline).join('')}]`;
    case 'date':
      return `[date ${node.seconds} ${node.format} else ${node.fallback}]`;
    case 'bold':
    case 'italic':
    case 'strike':
      return `[${node.type} ${node.children.map(inline).join('')}]`;
    default:
      return `[${node.type} ${node.id}]`;
  }
}

test.each([
  ['*Stage* _pods_ ~old~', '[bold Stage] [italic pods] [strike old]'],
  ['*bold with `code` inside*', '[bold bold with [code code] inside]'],
  ['a*b*c and 2 * 3 * 4 and snake_case_name', 'a*b*c and 2 * 3 * 4 and snake_case_name'],
  ['`*not bold* <@U1>`', '[code *not bold* <@U1>]'],
  ['<@U1> <#C1|general> <!subteam^S1> <!here>', '[user U1] [channel C1] [group S1] [broadcast here]'],
  ['<https://a.example/?b&amp;c|the page>', '[link https://a.example/?b&c the page]'],
  ['&lt;!channel&gt; &amp;lt;', '<!channel> &lt;'],
  ['<!date^1700000000^{date} at {time}|later>', '[date 1700000000 {date} at {time} else later]'],
  [':white_check_mark: at 12:30:45', '[emoji white_check_mark] at 12:30:45'],
  ['before\n&gt; said\n&gt; twice\nafter', 'before [quote said / twice] after'],
  ['see\n```\n*x* &lt;y&gt;\n```', 'see [pre *x* <y>]'],
])('%s', (text, expected) => {
  expect(drawn(text)).toBe(expected);
});

test('a bare host name becomes a link unless the app asked for verbatim text', () => {
  expect(drawn('to evil.example.com now', false)).toBe('to [link http://evil.example.com evil.example.com] now');
  expect(drawn('to evil.example.com now', true)).toBe('to evil.example.com now');
});
