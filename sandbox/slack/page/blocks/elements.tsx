/** Draws the elements people press. What they pick from and type into is in inputs.tsx. */
import type { ActionsBlockElement, Button, ContextActionsBlockElement, SectionBlockAccessory } from '@slack/types';
import { Emoji } from '../emoji.tsx';
import { Image } from './image.tsx';
import { InputElement, isInput } from './inputs.tsx';
import { placeOf, useSurface } from './surface.tsx';
import { numbered, PlainText } from './text.tsx';

type Pressable = ActionsBlockElement | SectionBlockAccessory | ContextActionsBlockElement;

export function Element({ blockId, element }: { blockId: string; element: Pressable }) {
  const { press } = useSurface();
  const actionId = element.type === 'image' ? '' : (element.action_id ?? '');
  const at = { blockId, actionId };
  if (isInput(element)) {
    return <InputElement blockId={blockId} element={element} label={labelOf(element)} pressesAtOnce />;
  }
  switch (element.type) {
    case 'image':
      return <Image of={element} className="accessory-image" />;
    case 'button':
      return <ButtonShown blockId={blockId} button={element} />;
    case 'workflow_button':
      return <ButtonShown blockId={blockId} button={{ ...element, type: 'button' }} />;
    case 'icon_button':
      return (
        <button
          type="button"
          className="icon-button"
          title={element.text.text}
          aria-label={element.accessibility_label ?? element.text.text}
          onClick={() => press({ ...at, value: element.value ?? null, confirm: element.confirm })}
        >
          <Emoji name="wastebasket" />
        </button>
      );
    case 'feedback_buttons':
      return (
        <>
          {[element.positive_button, element.negative_button].map((side, index) => (
            <button
              key={side.value}
              type="button"
              className="icon-button"
              title={side.text.text}
              aria-label={side.accessibility_label ?? side.text.text}
              onClick={() => press({ ...at, value: side.value })}
            >
              <Emoji name={index === 0 ? '+1' : '-1'} />
            </button>
          ))}
        </>
      );
    case 'overflow':
      return (
        <details className="overflow">
          <summary aria-label="More actions" className="icon-button">
            ⋯
          </summary>
          <div className="menu" role="menu">
            {numbered(element.options).map(({ key, item }) => (
              <button
                key={key}
                type="button"
                role="menuitem"
                onClick={(event) => {
                  event.currentTarget.closest('details')?.removeAttribute('open');
                  press({ ...at, value: item.value ?? null, confirm: element.confirm });
                }}
              >
                <PlainText text={item.text.text} emoji={item.text.emoji ?? true} />
              </button>
            ))}
          </div>
        </details>
      );
    default:
      return null;
  }
}

function ButtonShown({ blockId, button }: { blockId: string; button: Button }) {
  const { press, busy, trouble } = useSurface();
  const pressing = {
    blockId,
    actionId: button.action_id ?? '',
    value: button.value ?? null,
    confirm: button.confirm,
  };
  const at = placeOf(pressing);
  const isWaiting = busy === at;
  return (
    <span className="button-place">
      <button
        type="button"
        className={`button ${button.style ?? ''} ${isWaiting ? 'waiting' : ''}`}
        aria-label={button.accessibility_label}
        aria-busy={isWaiting}
        disabled={isWaiting}
        onClick={() => {
          if (button.url && /^https?:/i.test(button.url)) window.open(button.url, '_blank', 'noreferrer');
          press(pressing);
        }}
      >
        <PlainText text={button.text.text} emoji={button.text.emoji ?? true} />
      </button>
      {trouble?.at === at && (
        <span className="button-trouble" role="alert" title={trouble.text}>
          <Emoji name="warning" /> {trouble.text}
        </span>
      )}
    </span>
  );
}

function labelOf(element: Pressable): string {
  return 'placeholder' in element && element.placeholder ? element.placeholder.text : 'Choose';
}
