/** Draws the elements people pick from and type into. */
import type { InputBlockElement, Option, PlainTextOption, RichTextInput } from '@slack/types';
import { type KeyboardEvent, useId } from 'react';
import type { Picked } from '#sandbox/slack/gestures/state.ts';
import { useKnowing } from '../knowing.tsx';
import { useSurface } from './surface.tsx';
import { Text } from './text.tsx';

type Choice = { value: string; label: string; group?: string };

const inputTypes = new Set([
  'checkboxes',
  'radio_buttons',
  'static_select',
  'external_select',
  'users_select',
  'channels_select',
  'conversations_select',
  'multi_static_select',
  'multi_external_select',
  'multi_users_select',
  'multi_channels_select',
  'multi_conversations_select',
  'datepicker',
  'timepicker',
  'datetimepicker',
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
  'file_input',
]);

export function isInput(element: { type: string }): element is InputBlockElement | RichTextInput {
  return inputTypes.has(element.type);
}

export function InputElement(given: {
  blockId: string;
  element: InputBlockElement;
  label: string;
  /** In an actions block or beside a section, a pick is told to the app at once. */
  pressesAtOnce?: boolean;
  describedBy?: string;
  id?: string;
}) {
  const { blockId, element, label, pressesAtOnce = false, describedBy } = given;
  const { values, keep, press } = useSurface();
  const ownId = useId();
  const id = given.id ?? ownId;
  const everything = useChoices();
  const actionId = element.action_id ?? '';
  const held = values[blockId]?.[actionId] ?? null;
  const one = typeof held === 'string' ? held : '';
  const many = Array.isArray(held) ? (held as readonly string[]) : [];
  const confirm = 'confirm' in element ? element.confirm : undefined;
  const choose = (value: Picked) => {
    keep(blockId, actionId, value);
    if (pressesAtOnce) press({ blockId, actionId, value, confirm });
  };
  const aria = { id, 'aria-label': label, 'aria-describedby': describedBy };
  const hint = 'placeholder' in element ? element.placeholder?.text : undefined;
  const onEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !pressesAtOnce || event.shiftKey) return;
    event.preventDefault();
    press({ blockId, actionId, value: one });
  };
  const typed = (type: string) => (
    <input
      {...aria}
      type={type}
      className="field"
      value={one}
      placeholder={hint}
      onKeyDown={onEnter}
      onChange={(event) => keep(blockId, actionId, event.target.value)}
    />
  );

  switch (element.type) {
    case 'plain_text_input':
    case 'rich_text_input':
      if (element.type === 'plain_text_input' && !element.multiline) return typed('text');
      return (
        <textarea
          {...aria}
          className="field"
          rows={4}
          value={one}
          placeholder={hint}
          onChange={(event) => keep(blockId, actionId, event.target.value)}
        />
      );
    case 'email_text_input':
      return typed('email');
    case 'url_text_input':
      return typed('url');
    case 'number_input':
      return typed('number');
    case 'datepicker':
    case 'timepicker':
    case 'datetimepicker': {
      const kind = { datepicker: 'date', timepicker: 'time', datetimepicker: 'datetime-local' }[element.type];
      const isMoment = element.type === 'datetimepicker';
      return (
        <input
          {...aria}
          type={kind}
          className="field field-short"
          value={isMoment && one ? localMoment(Number(one)) : one}
          onChange={({ target }) => choose(isMoment ? secondsOf(target.value) : target.value || null)}
        />
      );
    }
    case 'radio_buttons':
      return (
        <fieldset className="options" aria-label={label} aria-describedby={describedBy}>
          {element.options.map((option) => (
            <OptionRow key={option.value} option={option}>
              <input
                type="radio"
                name={id}
                checked={one === option.value}
                onChange={() => choose(option.value ?? '')}
              />
            </OptionRow>
          ))}
        </fieldset>
      );
    case 'checkboxes':
      return (
        <fieldset className="options" aria-label={label} aria-describedby={describedBy}>
          {element.options.map((option) => (
            <OptionRow key={option.value} option={option}>
              <input
                type="checkbox"
                checked={many.includes(option.value ?? '')}
                onChange={({ target }) => choose(toggled(many, option.value ?? '', target.checked))}
              />
            </OptionRow>
          ))}
        </fieldset>
      );
    case 'file_input':
      return <p className="quiet">Files cannot be sent from here.</p>;
    case 'multi_static_select':
    case 'multi_external_select':
    case 'multi_users_select':
    case 'multi_channels_select':
    case 'multi_conversations_select': {
      const choices = element.type === 'multi_static_select' ? choicesOf(element) : everything[element.type];
      const chosen = choices.filter(({ value }) => many.includes(value));
      return (
        <details className="multi">
          <summary className="field" id={id} aria-label={label}>
            {chosen.length === 0 && <span className="quiet">{hint ?? 'Choose…'}</span>}
            {chosen.map(({ value, label: name }) => (
              <span key={value} className="chip">
                {name}
              </span>
            ))}
          </summary>
          <div className="menu">
            {choices.map(({ value, label: name }) => (
              <label key={value} className="option">
                <input
                  type="checkbox"
                  checked={many.includes(value)}
                  onChange={({ target }) => choose(toggled(many, value, target.checked))}
                />
                {name}
              </label>
            ))}
          </div>
        </details>
      );
    }
    default: {
      const choices = element.type === 'static_select' ? choicesOf(element) : everything[element.type];
      const groups = [...new Set(choices.map(({ group }) => group))];
      return (
        <select
          {...aria}
          className="field field-short"
          value={one}
          onChange={({ target }) => choose(target.value || null)}
        >
          <option value="">{hint ?? 'Choose…'}</option>
          {groups.map((group) => {
            const inGroup = choices.filter((choice) => choice.group === group);
            const options = inGroup.map(({ value, label: name }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ));
            return group ? (
              <optgroup key={group} label={group}>
                {options}
              </optgroup>
            ) : (
              options
            );
          })}
        </select>
      );
    }
  }
}

function OptionRow({ option, children }: { option: Option; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child every caller passes
    <label className="option">
      {children}
      <span>
        <Text of={option.text} />
        {option.description && (
          <span className="quiet option-more">
            <Text of={option.description} />
          </span>
        )}
      </span>
    </label>
  );
}

function choicesOf(select: {
  options?: PlainTextOption[];
  option_groups?: { label: { text: string }; options: PlainTextOption[] }[];
}): Choice[] {
  const plain = (option: PlainTextOption) => ({ value: option.value ?? '', label: option.text.text });
  const grouped = (select.option_groups ?? []).flatMap(({ label, options }) =>
    options.map((option) => ({ ...plain(option), group: label.text })),
  );
  return [...(select.options ?? []).map(plain), ...grouped];
}

/** What the menus that Slack itself fills offer. An external menu is filled by the app, which is not asked here. */
function useChoices(): Record<
  | 'users_select'
  | 'multi_users_select'
  | 'channels_select'
  | 'multi_channels_select'
  | 'conversations_select'
  | 'multi_conversations_select'
  | 'external_select'
  | 'multi_external_select',
  Choice[]
> {
  const { everything } = useKnowing();
  const people = everything.people
    .filter((person) => !person.is_bot && !person.deleted)
    .map((person) => ({ value: person.id, label: person.real_name }));
  const channels = everything.channels
    .filter((channel) => channel.kind !== 'im' && !channel.is_archived)
    .map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
  return {
    users_select: people,
    multi_users_select: people,
    channels_select: channels,
    multi_channels_select: channels,
    conversations_select: channels,
    multi_conversations_select: channels,
    external_select: [],
    multi_external_select: [],
  };
}

function toggled(many: readonly string[], value: string, on: boolean): string[] {
  return on ? [...many, value] : many.filter((one) => one !== value);
}

function secondsOf(local: string): string | null {
  return local === '' ? null : String(Math.floor(new Date(local).getTime() / 1000));
}

function localMoment(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
