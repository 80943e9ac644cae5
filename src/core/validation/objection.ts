/** What an objection of the console is, and the checks that any attribute can have. */

/** `elemental`: the model's own checks; `gaia`: the checks written for one attribute. */
export type Objection = {
  readonly subject: 'elemental' | 'gaia';
  readonly description: string;
  readonly attribute: string;
};

export function gaia(attribute: string, description: string): Objection {
  return { subject: 'gaia', description, attribute };
}

/** The first objection there is: within one check of one attribute the console stops there. */
export function firstOf(objections: Iterable<Objection | undefined>): Objection[] {
  for (const objection of objections) if (objection) return [objection];
  return [];
}

export function required(attribute: string, value: string): Objection[] {
  return value === '' ? [elemental(attribute, `Attribute '${attribute}' is required`)] : [];
}

/** `max` itself is allowed, whatever the sentence says; counted in code points. */
export function shorterThan(max: number, attribute: string, value: string): Objection[] {
  if (value.length <= max || [...value].length <= max) return [];
  return [elemental(attribute, `Data '${value}' of attribute '${attribute}' should be less than ${max} chars long`)];
}

export function inList(allowed: readonly string[], attribute: string, value: string): Objection[] {
  if (allowed.includes(value)) return [];
  return [elemental(attribute, `Data '${value}' of attribute '${attribute}' is not in list '[${allowed.join(' ')}]'`)];
}

function elemental(attribute: string, description: string): Objection {
  return { subject: 'elemental', description, attribute };
}
