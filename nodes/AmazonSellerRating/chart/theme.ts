/** Colors as `#rrggbb`. Each has only one role, so that a style sheet can replace it. */
export interface Palette {
	readonly background: string;
	/** Headings and key figures. */
	readonly ink: string;
	/** All other text. */
	readonly muted: string;
	readonly grid: string;
	/** Behind the days of the forecast. */
	readonly forecast: string;
	/** Threshold lines. */
	readonly threshold: string;
	/** The line that marks the day of the figures. */
	readonly today: string;
	readonly negative: string;
	/** One per window; windows also differ in shape. */
	readonly windows: readonly string[];
}

export type Theme = 'light' | 'dark' | 'auto';

/**
 * Window colors after Okabe and Ito, distinguishable with every kind of color blindness, darkened
 * to a contrast of 3:1 on white. Text has 4.5:1 or more.
 */
export const LIGHT: Palette = {
	background: '#ffffff',
	ink: '#16191d',
	muted: '#515963',
	grid: '#e3e6ea',
	forecast: '#f4f6f9',
	threshold: '#3a414a',
	today: '#98a1ab',
	negative: '#a3154a',
	windows: ['#d55e00', '#007a5a', '#0069a8', '#8a4f9e', '#7a6a00', '#3f3f46'],
};

export const DARK: Palette = {
	background: '#12161c',
	ink: '#f2f4f7',
	muted: '#aab4c0',
	grid: '#29313b',
	forecast: '#1a2029',
	threshold: '#c3cad3',
	today: '#66717e',
	negative: '#ff7fa8',
	windows: ['#ff9f43', '#35c99a', '#5ab8f5', '#d6a2e8', '#e0d04a', '#c9cdd3'],
};

export const paletteOf = (theme: Theme): Palette => (theme === 'dark' ? DARK : LIGHT);

export const windowColor = ({ windows }: Palette, index: number): string =>
	windows[index % windows.length] ?? '';

/**
 * A style sheet for one picture that replaces its light colors if the reader's system is in dark
 * mode.
 */
export function darkModeStyles(id: string): string {
	const rules = pairs().flatMap(([light, dark]) =>
		['fill', 'stroke'].map((name) => `#${id} [${name}="${light}"]{${name}:${dark}}`),
	);
	return `@media (prefers-color-scheme:dark){${rules.join('')}}`;
}

function pairs(): Array<readonly [string, string]> {
	const colors = ({ windows, ...rest }: Palette) => [...Object.values(rest), ...windows];
	const dark = colors(DARK);
	return colors(LIGHT).map((light, index) => [light, dark[index] ?? light]);
}
