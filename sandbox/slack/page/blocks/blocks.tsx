/** Draws Block Kit: one case a block, in the order Slack lists them. */
import type {
  ActionsBlockElement,
  ContextActionsBlockElement,
  InputBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types';
import { useId } from 'react';
import { Message as LibraryMessage } from 'slack-blocks-to-jsx';
import { useKnowing } from '../knowing.tsx';
import { Element } from './elements.tsx';
import { Image } from './image.tsx';
import { InputElement } from './inputs.tsx';
import { Plan, TaskCard } from './plan.tsx';
import { RichText } from './rich-text.tsx';
import { useSurface } from './surface.tsx';
import { DataTable, Table } from './table.tsx';
import { numbered, PlainText, Text } from './text.tsx';

export function Blocks({ of }: { of: readonly KnownBlock[] }) {
  return (
    <div className="blocks">
      {of.map((block, index) => (
        <BlockShown key={block.block_id ?? index} block={block} />
      ))}
    </div>
  );
}

function BlockShown({ block }: { block: KnownBlock }) {
  const blockId = block.block_id ?? '';
  switch (block.type) {
    case 'section':
      return <Section block={block} />;
    case 'header':
      return (
        <h3 className="header">
          <PlainText text={block.text.text} emoji={block.text.emoji ?? true} />
        </h3>
      );
    case 'context':
      return (
        <div className="context">
          {numbered(block.elements).map(({ key, item }) =>
            item.type === 'image' ? (
              <Image key={key} of={item} className="context-image" />
            ) : (
              <span key={key}>
                <Text of={item} />
              </span>
            ),
          )}
        </div>
      );
    case 'actions':
    case 'context_actions':
      return (
        <div className={block.type === 'actions' ? 'actions' : 'actions quiet'}>
          {numbered<ActionsBlockElement | ContextActionsBlockElement>(block.elements).map(({ key, item }) => (
            <Element key={key} blockId={blockId} element={item} />
          ))}
        </div>
      );
    case 'divider':
      return <hr />;
    case 'input':
      return <Input block={block} />;
    case 'rich_text':
      return <RichText block={block} />;
    case 'table':
      return <Table block={block} />;
    case 'data_table':
      return <DataTable block={block} />;
    case 'plan':
      return <Plan block={block} />;
    case 'task_card':
      return <TaskCard block={block} />;
    case 'image':
      return (
        <figure className="image">
          {block.title && <figcaption className="quiet">{block.title.text}</figcaption>}
          <Image of={block} className="image-large" />
        </figure>
      );
    case 'alert':
      return (
        <div className={`alert alert-${block.level ?? 'default'}`} role="note">
          <Text of={block.text} />
        </div>
      );
    case 'container':
      return (
        <section className="container">
          {block.title && <strong>{block.title.text}</strong>}
          {block.rich_text_title && <RichText block={block.rich_text_title} />}
          {block.subtitle && <Text of={block.subtitle} />}
          <Blocks of={block.child_blocks} />
        </section>
      );
    case 'card':
      return (
        <section className="container">
          {block.hero_image && <Image of={block.hero_image} className="image-large" />}
          {[block.title, block.subtitle, block.body].map((text) => text && <Text key={text.text} of={text} />)}
          <div className="actions">
            {numbered(block.actions ?? []).map(({ key, item }) => (
              <Element key={key} blockId={blockId} element={item} />
            ))}
          </div>
        </section>
      );
    case 'carousel':
      return (
        <div className="carousel">
          {numbered(block.elements).map(({ key, item }) => (
            <BlockShown key={key} block={{ ...item, block_id: blockId }} />
          ))}
        </div>
      );
    default:
      return <FromLibrary block={block} />;
  }
}

function Section({ block }: { block: SectionBlock }) {
  return (
    <div className="section">
      <div className="section-text">
        {block.text && <Text of={block.text} />}
        {block.fields && (
          <div className="fields">
            {numbered(block.fields).map(({ key, item }) => (
              <div key={key}>
                <Text of={item} />
              </div>
            ))}
          </div>
        )}
      </div>
      {block.accessory && <Element blockId={block.block_id ?? ''} element={block.accessory} />}
    </div>
  );
}

function Input({ block }: { block: InputBlock }) {
  const { errors } = useSurface();
  const id = useId();
  const blockId = block.block_id ?? '';
  const error = errors[blockId];
  return (
    <div className={error ? 'input input-wrong' : 'input'}>
      <label htmlFor={id} className="input-label">
        {block.label.text} {block.optional && <span className="quiet">(optional)</span>}
      </label>
      <InputElement
        id={id}
        blockId={blockId}
        element={block.element}
        label={block.label.text}
        pressesAtOnce={block.dispatch_action ?? false}
        describedBy={`${id}-more`}
      />
      <div id={`${id}-more`}>
        {error && (
          <p className="input-error" role="alert">
            {error}
          </p>
        )}
        {block.hint && (
          <p className="quiet">
            <PlainText text={block.hint.text} emoji={block.hint.emoji ?? true} />
          </p>
        )}
      </div>
    </div>
  );
}

/** Markdown, video and charts: nothing in them is pressed, and a library draws them well. */
function FromLibrary({ block }: { block: KnownBlock }) {
  const { everything } = useKnowing();
  const users = everything.people.map(({ id, real_name }) => ({ id, name: real_name }));
  const channels = everything.channels.map(({ id, name }) => ({ id, name }));
  const groups = everything.groups.map(({ id, name, handle }) => ({ id, name, handle }));
  type LibraryBlocks = Parameters<typeof LibraryMessage>[0]['blocks'];
  return (
    <LibraryMessage
      // The library has its own types for the same JSON, which the server has checked.
      blocks={[block] as unknown as LibraryBlocks}
      data={{ users, channels, user_groups: groups }}
      name=""
      logo=""
      theme="light"
      withoutWrapper
    />
  );
}
