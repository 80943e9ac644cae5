/** A person's or app's picture: initials on a colour of their own. */

const colours = ['#4a6fa5', '#8a5a83', '#3d8168', '#a8683c', '#5c6ac4', '#9c4f5e', '#3f7f93', '#6f7d3c'];

export function Avatar({ name, isBot, small = false }: { name: string; isBot: boolean; small?: boolean }) {
  const initials = name
    .split(' ')
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2);
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  const background = isBot ? '#1f2a37' : colours[sum % colours.length];
  return (
    <span className={small ? 'avatar avatar-small' : 'avatar'} style={{ background }} aria-hidden="true">
      {isBot ? <StepsMark /> : initials}
    </span>
  );
}

/** Three steps and a line that closes them. */
function StepsMark() {
  return (
    <svg
      viewBox="0 0 24 24"
      width="62%"
      height="62%"
      fill="none"
      stroke="#9be3c4"
      strokeWidth="2.6"
      strokeLinecap="round"
    >
      <title>app</title>
      <path d="M4 19h5v-5h5V9h6" />
      <path d="M20 4v5" stroke="#fff" />
    </svg>
  );
}
