import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { MAIL_PICTURE_WIDTH, svgAddress, type DigestTheme, type MailOptions } from '../chart/mail';
import type { ChartOptions } from '../chart/plot';
import type { ItemWithFiles } from '../../shared/n8n/router';
import { letOthersGo } from '../../shared/spapi/pause';
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

/** PNG is what mail programs, chats and documents show. */
export const pictureFormatOption: INodeProperties = {
	displayName: 'Picture Format',
	name: 'pictureFormat',
	type: 'options',
	default: 'png',
	options: [
		{ name: 'PNG', value: 'png', description: 'Shown by mail programs and chats' },
		{ name: 'PNG and SVG', value: 'both', description: "The SVG's field ends in Svg" },
		{ name: 'SVG', value: 'svg', description: 'Sharp at every size; for web pages' },
	],
	description: 'The file type of the picture',
};

export const pictureShape = {
	pictureFormat: z.enum(['png', 'svg', 'both']).default('png'),
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

type PictureFormat = z.infer<typeof pictureShape.pictureFormat>;

interface PictureSettings extends Pick<ChartOptions, 'theme' | 'width'> {
	readonly pictureFormat: PictureFormat;
}

/** Something that can be drawn as a picture (SVG), and as an email around it (HTML). */
export interface Drawing {
	readonly picture: (options: ChartOptions) => string;
	readonly digest: (options: MailOptions) => string;
}

export interface WantedFiles {
	readonly binaryFields: readonly [chart: string, digest: string];
	/** Any other value means both. */
	readonly format: string;
	readonly options: PictureSettings;
}

type Files = ItemWithFiles['binary'];

/** The fields of an item that become an email in Send Email and similar nodes. */
export interface MailFields {
	/** HTML whose picture is an attachment; null without a digest. */
	readonly html: string | null;
	/** The output field with that picture, for 'Attachments (Inline)'; null without a digest. */
	readonly attachments: string | null;
}

/**
 * The picture and the email in their output fields, and the email as text for the next node. An email
 * has no viewer's preference, so its picture is light unless dark was chosen.
 * @param name of the files, without the extension
 */
export async function pictureFiles(
	context: IExecuteFunctions,
	drawing: Drawing,
	name: string,
	{ binaryFields: [chartField, digestField], format, options }: WantedFiles,
): Promise<{ files: Files; mail: MailFields }> {
	const files: Files = {};
	const isPictureWanted = format !== 'html';
	const isDigestWanted = format !== 'picture';
	if (isPictureWanted) {
		const svg = drawing.picture({ width: options.width, theme: options.theme });
		Object.assign(files, await picturesOf(context, svg, chartField, name, options.pictureFormat));
	}
	if (!isDigestWanted) return { files, mail: { html: null, attachments: null } };
	const mail = await mailFiles(context, drawing, digestField, name, options.theme);
	return { files: { ...files, ...mail.files }, mail: mail.mail };
}

/** A picture in the wanted format; in a field of its own if both formats are wanted. */
export async function picturesOf(
	context: IExecuteFunctions,
	svg: string,
	field: string,
	name: string,
	format: PictureFormat,
): Promise<Files> {
	const files: Files = {};
	if (format !== 'svg') files[field] = await pngFile(context, svg, name);
	if (format !== 'png') {
		files[format === 'both' ? `${field}Svg` : field] = await context.helpers.prepareBinaryData(
			Buffer.from(svg),
			`${name}.svg`,
			'image/svg+xml',
		);
	}
	return files;
}

/**
 * An email twice: as a file to look at, whose picture is part of it, and as HTML to send, whose
 * picture is the attachment `<field>Picture`. Mail programs show only the latter.
 */
export async function mailFiles(
	context: IExecuteFunctions,
	drawing: Drawing,
	field: string,
	name: string,
	wantedTheme: ChartOptions['theme'] = 'light',
): Promise<{ files: Files; mail: { html: string; attachments: string } }> {
	const theme: DigestTheme = wantedTheme === 'dark' ? 'dark' : 'light';
	const svg = drawing.picture({ width: MAIL_PICTURE_WIDTH, theme, bare: true });
	const attachments = `${field}Picture`;
	const file = drawing.digest({ picture: svgAddress(svg), theme });
	return {
		files: {
			[field]: await context.helpers.prepareBinaryData(
				Buffer.from(file),
				`${name}.html`,
				'text/html',
			),
			[attachments]: await pngFile(context, svg, name),
		},
		mail: { html: drawing.digest({ picture: `cid:${attachments}`, theme }), attachments },
	};
}

async function pngFile(context: IExecuteFunctions, svg: string, name: string) {
	// A megabyte, which is loaded only here.
	const { renderPng } = await import('../chart/png');
	const png = await renderPng(svg, letOthersGo);
	return await context.helpers.prepareBinaryData(Buffer.from(png), `${name}.png`, 'image/png');
}
