/** Draws Block Kit as text, so that a test shows the message and not its JSON. */
import type { KnownBlock, ModalView, RichTextElement } from '@slack/types';

type Drawable = { readonly text?: string; readonly blocks: readonly unknown[] };

/** A message: its text for notifications first, then what people see. */
export function draw(message: Drawable): string {
  return [`“${message.text ?? ''}”`, ...message.blocks.map((block) => drawBlock(block as KnownBlock))].join('\n');
}

export function drawModal(view: ModalView): string {
  const buttons = [view.submit && `[${view.submit.text}]`, view.close && `[${view.close.text}]`]
    .filter(Boolean)
    .join(' ');
  return [`╔ ${view.title.text}`, ...view.blocks.map((block) => drawBlock(block as KnownBlock)), `╚ ${buttons}`].join(
    '\n',
  );
}

export function drawHome(view: { readonly blocks: readonly unknown[] }): string {
  return view.blocks.map((block) => drawBlock(block as KnownBlock)).join('\n');
}

function drawBlock(block: KnownBlock): string {
  switch (block.type) {
    case 'header':
      return `# ${block.text.text}`;
    case 'divider':
      return '────';
    case 'section':
      return block.text?.text ?? '';
    case 'context':
      return block.elements.map((each) => (each.type === 'image' ? each.alt_text : each.text)).join(' · ');
    case 'rich_text':
      return block.elements.map(drawRich).join('\n');
    case 'table':
      return block.rows
        .map((row) => `| ${row.map((cell) => ('text' in cell ? cell.text : '?')).join(' | ')} |`)
        .join('\n');
    case 'actions':
      return block.elements.map((each) => (each.type === 'button' ? drawButton(each) : `<${each.type}>`)).join(' ');
    case 'input':
      return `? ${block.label.text}${block.hint ? ` (${block.hint.text})` : ''}\n${drawInput(block.element)}`;
    default:
      throw new Error(`no drawing for ${block.type}`);
  }
}

type Rich = Extract<KnownBlock, { type: 'rich_text' }>['elements'][number];

function drawRich(part: Rich): string {
  if (part.type === 'rich_text_list')
    return part.elements.map((each) => `• ${each.elements.map(drawWord).join('')}`).join('\n');
  const text = part.elements.map(drawWord).join('');
  if (part.type === 'rich_text_preformatted') return `┌─\n${text}\n└─`;
  return text;
}

function drawWord(element: RichTextElement): string {
  switch (element.type) {
    case 'text':
      if (element.style?.bold) return `*${element.text}*`;
      if (element.style?.code) return `\`${element.text}\``;
      return element.style?.italic ? `_${element.text}_` : element.text;
    case 'emoji':
      return `:${element.name}:`;
    case 'link':
      return `[${element.text}](${element.url})`;
    case 'user':
      return `@${element.user_id}`;
    case 'usergroup':
      return `@${element.usergroup_id}`;
    case 'channel':
      return `#${element.channel_id}`;
    case 'date':
      return `{${element.fallback}}`;
    default:
      throw new Error(`no drawing for ${element.type}`);
  }
}

type Pressable = {
  readonly text: { readonly text: string };
  readonly style?: string;
  readonly confirm?: { readonly title?: { readonly text: string } };
};

function drawButton({ text, style, confirm }: Pressable): string {
  const mark = style === 'primary' ? '+' : style === 'danger' ? '!' : '';
  return `[${mark}${text.text}]${confirm ? `⟨${confirm.title?.text}⟩` : ''}`;
}

function drawInput(element: Extract<KnownBlock, { type: 'input' }>['element']): string {
  if (element.type === 'radio_buttons')
    return element.options
      .map((option) => `  (${option.value === element.initial_option?.value ? '•' : ' '}) ${option.text.text}`)
      .join('\n');
  if (element.type === 'checkboxes') return element.options.map((option) => `  [ ] ${option.text.text}`).join('\n');
  return `  [${'_'.repeat(20)}]`;
}
