/** Emoji drawn by the page itself, because not every machine has a font that holds them. */
import type { ReactNode } from 'react';

const thumb = (
  <>
    <rect x="3" y="10" width="4" height="10" rx="1" fill="#4b83c4" />
    <path d="M8 10.5 11.4 3c1.9-.2 3 1.2 2.6 3L13.3 9H19a2 2 0 0 1 1.9 2.6l-2 7A2 2 0 0 1 17 20H8z" fill="#f5c242" />
  </>
);
const tile = (fill: string, inside: ReactNode) => (
  <>
    <rect x="2" y="2" width="20" height="20" rx="5" fill={fill} />
    <g fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
      {inside}
    </g>
  </>
);
const circle = (fill: string, stroke = 'none') => <circle cx="12" cy="12" r="9.5" fill={fill} stroke={stroke} />;
const square = (fill: string) => <rect x="3" y="3" width="18" height="18" rx="3" fill={fill} />;
const padlock = (shackle: string) => (
  <>
    <path d={shackle} fill="none" stroke="#8b929b" strokeWidth="2.6" />
    <rect x="4" y="11" width="16" height="11" rx="2.5" fill="#e9a93a" />
    <circle cx="12" cy="16.5" r="1.8" fill="#7a5412" />
  </>
);
const hourglass = (
  <>
    <path d="M6 3h12v3.5L13.5 12l4.5 5.5V21H6v-3.5l4.5-5.5L6 6.5z" fill="#dfeaf3" stroke="#93a4b4" />
    <path d="M8.5 20c0-2.4 2-3.5 3.5-5.2 1.5 1.7 3.5 2.8 3.5 5.2zM9 7h6l-3 3.6z" fill="#e2a33c" />
    <path d="M5 2.5h14M5 21.5h14" stroke="#96682f" strokeWidth="2.2" strokeLinecap="round" />
  </>
);
const glass = (
  <>
    <circle cx="10" cy="10" r="6.5" fill="#e4f1fb" stroke="#59718a" strokeWidth="2.4" />
    <path d="m15 15 6 6" stroke="#59718a" strokeWidth="3.4" strokeLinecap="round" />
  </>
);
const sheet = (
  <>
    <path d="M5 2h10l4 4v16H5z" fill="#f6f8fa" stroke="#9aa5b1" />
    <path d="M8 10h8M8 13.5h8M8 17h5" stroke="#9aa5b1" strokeWidth="1.6" />
  </>
);
const eye = (x: number) => (
  <>
    <ellipse cx={x} cy="12" rx="4.6" ry="6.5" fill="#fff" stroke="#8a8f98" strokeWidth="1.2" />
    <circle cx={x - 1.4} cy="13" r="2.2" fill="#2c2f36" />
  </>
);
const drawings: Record<string, ReactNode> = {
  white_check_mark: tile('#2ea664', <path d="m7 12.5 3.5 3.5L17 9" />),
  heavy_check_mark: <path d="m4 13 5 5L20 6" fill="none" stroke="#2ea664" strokeWidth="3.4" strokeLinecap="round" />,
  x: <path d="M5 5l14 14M19 5 5 19" stroke="#d8344f" strokeWidth="4.4" strokeLinecap="round" />,
  '+1': thumb,
  '-1': <g transform="rotate(180 12 12)">{thumb}</g>,
  eyes: (
    <>
      {eye(7)}
      {eye(17)}
    </>
  ),
  warning: (
    <>
      <path d="M12 3 22.5 21h-21z" fill="#f4bd38" stroke="#c98f12" strokeLinejoin="round" />
      <path d="M12 9.5v5M12 18v.2" stroke="#4f3a08" strokeWidth="2.4" strokeLinecap="round" />
    </>
  ),
  no_entry: (
    <>
      {circle('#d8344f')}
      <path d="M7 12h10" stroke="#fff" strokeWidth="3.4" />
    </>
  ),
  no_entry_sign: (
    <>
      <circle cx="12" cy="12" r="8.5" fill="none" stroke="#d8344f" strokeWidth="3" />
      <path d="m6 6 12 12" stroke="#d8344f" strokeWidth="3" />
    </>
  ),
  octagonal_sign: <path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" fill="#d8344f" />,
  rotating_light: (
    <>
      <path d="M6 18V12a6 6 0 0 1 12 0v6z" fill="#e2475f" />
      <path d="M4 21h16M12 1v2M3 5l1.5 1.5M21 5l-1.5 1.5" stroke="#8b929b" strokeWidth="2.2" strokeLinecap="round" />
    </>
  ),
  bell: (
    <>
      <path d="M12 3a6 6 0 0 1 6 6c0 5 2 6 2 8H4c0-2 2-3 2-8a6 6 0 0 1 6-6z" fill="#efb73e" />
      <circle cx="12" cy="20" r="2" fill="#b98216" />
    </>
  ),
  lock: padlock('M7.5 11V8a4.5 4.5 0 0 1 9 0v3'),
  unlock: padlock('M7.5 11V7a4.5 4.5 0 0 1 8.8-1.3'),
  hourglass: hourglass,
  hourglass_flowing_sand: hourglass,
  mag: glass,
  memo: sheet,
  page_facing_up: sheet,
  clipboard: sheet,
  bulb: (
    <>
      <path d="M12 2a7 7 0 0 0-4 12.7V17h8v-2.3A7 7 0 0 0 12 2z" fill="#f7cf52" />
      <path d="M9 19h6M10 21.5h4" stroke="#8b929b" strokeWidth="2" strokeLinecap="round" />
    </>
  ),
  shield: <path d="M12 2 20 5v6c0 5.5-3.5 9-8 11-4.5-2-8-5.5-8-11V5z" fill="#5f89b3" stroke="#42678d" />,
  tada: (
    <>
      <path d="M3 21 9 8l7 7z" fill="#e9a93a" />
      <path d="M13 4v4M17 8l3-3M18 13h4M8 4l1 1M20 18l1 1" stroke="#c2557d" strokeWidth="2" strokeLinecap="round" />
    </>
  ),
  information_source: tile('#4b83c4', <path d="M12 11v6M12 7v.1" />),
  double_vertical_bar: tile('#6f7f90', <path d="M9 8v8M15 8v8" />),
  arrow_forward: tile('#6f7f90', <path d="m10 8 5 4-5 4z" />),
  arrow_right: <path d="M3 12h16m-6-6 6 6-6 6" fill="none" stroke="#4b83c4" strokeWidth="3" strokeLinecap="round" />,
  black_square_for_stop: tile('#6f7f90', <path d="M9 9h6v6H9z" fill="#fff" />),
  leftwards_arrow_with_hook: tile('#4b83c4', <path d="M7 10h7a3 3 0 0 1 0 6h-3M9.5 7 6.5 10l3 3" />),
  arrows_counterclockwise: tile('#4b83c4', <path d="M17 12a5 5 0 1 1-2-4M15.5 5v3.5H12" />),
  speech_balloon: <path d="M3 4h18v12H11l-5 4v-4H3z" fill="#f1f3f5" stroke="#7d8792" strokeWidth="1.6" />,
  question: (
    <path
      d="M8 8a4 4 0 1 1 5 4c-1 .4-1 1.5-1 2.5M12 19v.2"
      fill="none"
      stroke="#d8344f"
      strokeWidth="3"
      strokeLinecap="round"
    />
  ),
  red_circle: circle('#d8344f'),
  large_orange_circle: circle('#ee8433'),
  large_yellow_circle: circle('#f2c335'),
  large_green_circle: circle('#2ea664'),
  large_blue_circle: circle('#3f8fd2'),
  white_circle: circle('#fff', '#a9afb6'),
  black_circle: circle('#33373d'),
  large_red_square: square('#d8344f'),
  large_yellow_square: square('#f2c335'),
  large_green_square: square('#2ea664'),
  heavy_minus_sign: <path d="M4 12h16" stroke="#7d8792" strokeWidth="4" strokeLinecap="round" />,
  raised_hand: (
    <path
      d="M7 21c-2-3-4-6-4-8 0-1.5 2-1.5 3 0l1 1.5V5.5a1.3 1.3 0 0 1 2.6 0V11V4a1.3 1.3 0 0 1 2.6 0v7V4.800a1.3 1.3 0 0 1 2.6 0V12V7a1.3 1.3 0 0 1 2.6 0v8c0 3-1 4-2 6z"
      fill="#f2c94c"
      stroke="#b98a1a"
    />
  ),
  construction: (
    <>
      <rect x="2" y="6" width="20" height="7" rx="1" fill="#f2c335" />
      <path d="m5 13 4-7h4l-4 7zM13 13l4-7h4l-4 7z" fill="#33373d" />
      <path d="M6 13v7M18 13v7" stroke="#7d8792" strokeWidth="2.4" strokeLinecap="round" />
    </>
  ),
  alarm_clock: (
    <>
      <circle cx="12" cy="13" r="8" fill="#fff" stroke="#d8344f" strokeWidth="2.4" />
      <path d="M12 8.5V13l3 2M4 6l3-3M20 6l-3-3" fill="none" stroke="#33373d" strokeWidth="2" strokeLinecap="round" />
    </>
  ),
  rocket: (
    <>
      <path d="M12 2c4 3 5 8 4 13H8C7 10 8 5 12 2z" fill="#dfe5ea" stroke="#8b96a2" />
      <circle cx="12" cy="9" r="2" fill="#4b83c4" />
      <path d="m8 12-3 5 3-1M16 12l3 5-3-1" fill="#d8344f" />
      <path d="M10 17h4l-2 5z" fill="#ee8433" />
    </>
  ),
};

const sameAs: Record<string, string> = {
  thumbsup: '+1',
  thumbsdown: '-1',
  large_red_circle: 'red_circle',
  mag_right: 'mag',
  pause_button: 'double_vertical_bar',
  stop_button: 'black_square_for_stop',
  pencil: 'memo',
  pencil2: 'memo',
  hand: 'raised_hand',
  grey_question: 'question',
};

/** The drawing of an emoji, where the page has one. */
export function drawingOf(name: string): ReactNode {
  const [base = ''] = name.split('::');
  const drawing = drawings[sameAs[base] ?? base];
  if (!drawing) return undefined;
  return (
    <svg className="emoji-drawn" viewBox="0 0 24 24" aria-hidden="true">
      {drawing}
    </svg>
  );
}
