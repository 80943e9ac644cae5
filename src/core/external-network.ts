/** What an external network is: addresses and names under a tag that rules can name. */

/** As read from the console. `tags` are all that rules can match, the computed ones too; `propagate`: seen by descendants. */
export type ExternalNetwork = {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  /** CIDRs, `!CIDR` exclusions, addresses, DNS names, `*.` wildcards (console-api.md 4.6). */
  readonly entries: readonly string[];
  readonly tags: readonly string[];
  readonly propagate: boolean;
  readonly annotations: Readonly<Record<string, readonly string[]>>;
};

/** What a draft wants to create; the console gives it its id. */
export type NewExternalNetwork = {
  readonly name: string;
  readonly entries: readonly string[];
  readonly associatedTags: readonly string[];
};
