/** Formats figures: about three significant digits, with the unit. */

export function formatTime(milliseconds: number): string {
	if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
	if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
	if (milliseconds >= 100) return `${milliseconds.toFixed(0)} ms`;
	return `${milliseconds.toFixed(milliseconds >= 10 ? 1 : 2)} ms`;
}

/** Bytes in KB and MB of 1,000 and 1,000,000 bytes. */
export function formatBytes(bytes: number): string {
	if (bytes >= 10_000_000) return `${(bytes / 1_000_000).toFixed(0)} MB`;
	if (bytes >= 1_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
	return `${(bytes / 1000).toFixed(0)} KB`;
}

/** Rounded, with a thousands separator. */
export const formatCount = (count: number): string => Math.round(count).toLocaleString('en-US');

/** A figure as a multiple of the base; empty if there is no figure. */
export function formatRatio(value: number, base: number): string {
	const ratio = value / base;
	if (!Number.isFinite(ratio)) return '';
	return `${ratio >= 100 ? formatCount(ratio) : ratio.toFixed(ratio >= 10 ? 1 : 2)}x`;
}
