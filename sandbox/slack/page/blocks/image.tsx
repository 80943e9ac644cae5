/** Draws images; where one cannot be loaded, its words. */
import type { ImageElement } from '@slack/types';

type ImageSource = Pick<ImageElement, 'alt_text'> & ({ image_url: string } | { slack_file: object });

export function Image({ of, className }: { of: ImageSource; className: string }) {
  const url = 'image_url' in of ? of.image_url : urlOf(of.slack_file);
  if (!url) return <span className="image-words">Image: {of.alt_text}</span>;
  return <img className={className} src={url} alt={of.alt_text} title={of.alt_text} />;
}

function urlOf(file: object): string | undefined {
  if ('url' in file && typeof file.url === 'string') return file.url;
  return 'id' in file ? `/files/${String(file.id)}/image` : undefined;
}
