/** WCAG's relative luminance of `#rrggbb` or `rgb(r, g, b)`. */
function luminance(color: string): number {
	const channels = color.startsWith('#')
		? [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16))
		: (color.match(/[\d.]+/g) ?? []).map(Number);
	const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
		const share = channel / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG's contrast ratio, 1 to 21. */
export function contrast(one: string, other: string): number {
	const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
	return (light + 0.05) / (dark + 0.05);
}
