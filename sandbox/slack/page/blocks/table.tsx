/** Draws table and data_table. */
import type { DataTableBlock, TableBlock } from '@slack/types';
import { useState } from 'react';
import { WithEmoji } from '../emoji.tsx';
import { RichText } from './rich-text.tsx';
import { numbered } from './text.tsx';

type Cell = TableBlock['rows'][number][number];

export function Table({ block }: { block: TableBlock }) {
  return (
    <Grid rows={block.rows} label="Table" columns={block.column_settings ?? []}>
      {null}
    </Grid>
  );
}

export function DataTable({ block }: { block: DataTableBlock }) {
  const [pageShown, setPageShown] = useState(0);
  const [head = [], ...body] = block.rows;
  const size = block.page_size ?? 5;
  const pages = Math.ceil(body.length / size);
  const at = Math.min(pageShown, pages - 1);
  return (
    <Grid rows={[head, ...body.slice(at * size, (at + 1) * size)]} label={block.caption} columns={[]}>
      <footer className="table-foot">
        <span>
          {block.caption} · {body.length} {body.length === 1 ? 'row' : 'rows'}
        </span>
        {pages > 1 && (
          <span className="pager">
            <button
              type="button"
              className="icon-button"
              aria-label="Previous rows"
              disabled={at === 0}
              onClick={() => setPageShown(at - 1)}
            >
              ‹
            </button>
            {at + 1} of {pages}
            <button
              type="button"
              className="icon-button"
              aria-label="Next rows"
              disabled={at === pages - 1}
              onClick={() => setPageShown(at + 1)}
            >
              ›
            </button>
          </span>
        )}
      </footer>
    </Grid>
  );
}

function Grid(given: {
  rows: readonly (readonly Cell[])[];
  label: string;
  columns: readonly ({ align?: 'left' | 'center' | 'right'; is_wrapped?: boolean } | null)[];
  children: React.ReactNode;
}) {
  const [head = [], ...body] = given.rows;
  const look = (column: string, cell: Cell) => {
    const settings = given.columns[Number(column)];
    const align = settings?.align ?? (cell.type === 'raw_number' ? 'right' : 'left');
    return `align-${align} ${settings?.is_wrapped ? 'wrapped' : ''}`;
  };
  return (
    <div className="table">
      {/* A wide table scrolls by itself, so it has to be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs focus to be scrolled by keys */}
      <section className="table-scroll" tabIndex={0} aria-label={given.label}>
        <table>
          <thead>
            <tr>
              {numbered(head).map(({ key, item }) => (
                <th key={key} scope="col" className={look(key, item)}>
                  <CellShown cell={item} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {numbered(body).map((row) => (
              <tr key={row.key}>
                {numbered(row.item).map(({ key, item }) => (
                  <td key={key} className={look(key, item)}>
                    <CellShown cell={item} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {given.children}
    </div>
  );
}

function CellShown({ cell }: { cell: Cell }) {
  return cell.type === 'rich_text' ? <RichText block={cell} /> : <WithEmoji text={cell.text} />;
}
