import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { DIGEST_CHART_WIDTH } from '../chart/digest';
import type { DigestTheme } from '../chart/mail';
import type { ChartOptions } from '../chart/svg';
import type { ItemWithFiles } from '../../shared/n8n/router';
import { fileFieldName } from './fileFieldName';

/** What operations that draw a picture have in common: their options, and the files they return. */

export const themeOption: INodeProperties = {
	displayName: 'Theme',
	name: 'theme',
	type: 'options',
	default: 'light',
	options: [
		{ name: "Viewer's Preference", value: 'auto', description: 'Light in emails' },
		{ name: 'Dark', value: 'dark' },
		{ name: 'Light', value: 'light' },
	],
	description: 'The colors of the picture',
};

export const titleOption = (title: string): INodeProperties => ({
	displayName: 'Title',
	name: 'title',
	type: 'string',
	default: title,
	description: 'The heading above the picture',
});

export const widthOption: INodeProperties = {
	displayName: 'Width (Pixels)',
	name: 'width',
	type: 'number',
	default: 800,
	typeOptions: { minValue: 320, maxValue: 2000 },
	description: 'Picture width in pixels; a phone has about 360',
};

export const pictureShape = {
	theme: z.enum(['auto', 'dark', 'light']).default('light'),
	width: z.number().int().min(320).max(2000).default(800),
};

/** The names of the output fields for the picture and the digest. */
export const twoFileFields = z
	.string()
	.transform((text) => text.split(',').map((name) => name.trim()))
	.pipe(
		z
			.tuple([fileFieldName, fileFieldName], { message: 'Enter two names, e.g. chart, digest' })
			// With the same name, the second file would replace the first.
			.refine(([chart, digest]) => chart !== digest, 'Enter two different names'),
	);

/** Something that can be drawn as a picture (SVG), and as an email around it (HTML). */
export interface Drawing {
	readonly picture: (options: ChartOptions) => string;
	readonly digest: (svg: string, theme: DigestTheme) => string;
}

export interface WantedFiles {
	readonly binaryFields: readonly [chart: string, digest: string];
	/** Any other value means both. */
	readonly format: string;
	readonly options: Pick<ChartOptions, 'theme' | 'width'>;
}

/**
 * The picture and the email in their output fields. An email has no viewer's preference, so its picture
 * is light unless dark was chosen.
 * @param name of the files, without the extension
 */
export async function pictureFiles(
	context: IExecuteFunctions,
	drawing: Drawing,
	name: string,
	{ binaryFields: [chartField, digestField], format, options: { theme, width } }: WantedFiles,
): Promise<ItemWithFiles['binary']> {
	const files: ItemWithFiles['binary'] = {};
	if (format !== 'html') {
		files[chartField] = await context.helpers.prepareBinaryData(
			Buffer.from(drawing.picture({ width, theme })),
			`${name}.svg`,
			'image/svg+xml',
		);
	}
	if (format !== 'svg') {
		const emailTheme = theme === 'dark' ? 'dark' : 'light';
		const picture = drawing.picture({ width: DIGEST_CHART_WIDTH, theme: emailTheme });
		files[digestField] = await context.helpers.prepareBinaryData(
			Buffer.from(drawing.digest(picture, emailTheme)),
			`${name}.html`,
			'text/html',
		);
	}
	return files;
}
