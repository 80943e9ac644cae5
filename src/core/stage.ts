/** The stages of the guide, in its order. */

export const ALLOWING_STAGES = ['dns', 'pods', 'metadata', 'external-services', 'web-server', 'kubelets'] as const;
export const STAGES = [...ALLOWING_STAGES, 'disable-discovery'] as const;

/** Stages that only allow traffic; none of them can cut anything. */
export type AllowingStage = (typeof ALLOWING_STAGES)[number];
export type Stage = (typeof STAGES)[number];
