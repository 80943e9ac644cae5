/** Where one types: messages, and commands with their hints. */
import { type KeyboardEvent, useRef, useState } from 'react';
import { act } from './acting.ts';
import { useKnowing } from './knowing.tsx';

export function Composer({ channel, name, thread = '' }: { channel: string; name: string; thread?: string }) {
  const { me, everything } = useKnowing();
  const [text, setText] = useState('');
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const typed = text.split(' ')[0] ?? '';
  const isCommand = text.startsWith('/');
  const offered = isCommand
    ? everything.commands.filter(({ command }) => command.startsWith(typed) || typed === command)
    : [];

  const send = async () => {
    const said = text.trim();
    if (said === '' || isSending) return;
    if (isCommand && thread) {
      setProblem(`${typed} is not supported in threads. Type it in the channel.`);
      return;
    }
    setSending(true);
    setProblem('');
    const done = isCommand
      ? await act('command', { user: me.id, channel, text: said })
      : await act('message', { user: me.id, channel, text: said, ...(thread && { thread_ts: thread }) });
    setSending(false);
    if (done.refused) setProblem(done.refused);
    else setText('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [only] = offered;
    if (event.key === 'Tab' && only && typed !== only.command) {
      event.preventDefault();
      setText(`${only.command} `);
    }
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    void send();
  };

  const label = thread ? 'Reply…' : `Message ${name}`;
  return (
    <div className="composer">
      {offered.length > 0 && (
        <div className="hints">
          {offered.map(({ command, usageHint, description }) => (
            <button
              key={command}
              type="button"
              onClick={() => {
                setText(`${command} `);
                field.current?.focus();
              }}
            >
              <strong>{command}</strong> <span className="hint-usage">{usageHint}</span>
              <span className="quiet">{description}</span>
            </button>
          ))}
        </div>
      )}
      {problem && (
        <p className="composer-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={label}
          placeholder={label}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          className="send"
          aria-label="Send"
          title="Send (Enter)"
          disabled={text.trim() === '' || isSending}
          onClick={() => void send()}
        >
          {isSending ? '…' : '➤'}
        </button>
      </div>
    </div>
  );
}
