/** Draws a plan and its tasks: the progress of something that takes steps. */
import type { PlanBlock, TaskCardBlock } from '@slack/types';
import { RichText } from './rich-text.tsx';
import { Link, numbered } from './text.tsx';

type Task = Pick<TaskCardBlock, 'title' | 'status' | 'details' | 'output' | 'sources'>;

export function Plan({ block }: { block: PlanBlock }) {
  const tasks = (block.tasks ?? []) as Task[];
  const done = tasks.filter(({ status }) => status === 'complete').length;
  return (
    <section className="plan" aria-label={block.title}>
      <header>
        <strong>{block.title}</strong>
        {tasks.length > 0 && (
          <span className="quiet">
            {done} of {tasks.length} done
          </span>
        )}
      </header>
      <ol>
        {numbered(tasks).map(({ key, item }) => (
          <li key={key}>
            <TaskShown task={item} />
          </li>
        ))}
      </ol>
    </section>
  );
}

export function TaskCard({ block }: { block: TaskCardBlock }) {
  return (
    <section className="plan" aria-label={block.title}>
      <TaskShown task={block} />
    </section>
  );
}

const marks = {
  pending: { mark: '', says: 'Not begun' },
  in_progress: { mark: '', says: 'In progress' },
  complete: { mark: '✓', says: 'Complete' },
  error: { mark: '!', says: 'Failed' },
} as const;

function TaskShown({ task }: { task: Task }) {
  const { mark, says } = marks[task.status];
  return (
    <div className="task">
      <span className={`task-mark task-${task.status}`} role="img" aria-label={says} title={says}>
        {mark}
      </span>
      <div>
        <div className={task.status === 'pending' ? 'quiet' : ''}>{task.title}</div>
        {task.details && <RichText block={task.details} />}
        {task.output && <RichText block={task.output} />}
        {task.sources?.map(({ url, text }) => (
          <Link key={url} url={url}>
            {text}
          </Link>
        ))}
      </div>
    </div>
  );
}
