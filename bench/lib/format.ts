/** Figures as they are shown: about three significant digits, with the unit. */

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

/** Whole, with thousands separated. */
export const formatCount = (count: number): string => Math.round(count).toLocaleString('en-US');

/** How many times the base a figure is; empty where there is no figure. */
export function formatRatio(value: number, base: number): string {
	const ratio = value / base;
	if (!Number.isFinite(ratio)) return '';
	return `${ratio >= 100 ? formatCount(ratio) : ratio.toFixed(ratio >= 10 ? 1 : 2)}x`;
}
