import { Refusal, type OutsideRequest, type Service } from './outsideServices';
import type { Spreadsheet } from './googleSheets';
import type { ScriptedModel } from './scriptedModel';

/** A contact of a HubSpot account. */
export interface Contact {
	readonly id: string;
	readonly properties: Readonly<Record<string, string>>;
}

/** The content and behavior of the outside services; tests change it. */
export interface OutsideWorld {
	readonly spreadsheets: Spreadsheet[];
	readonly contacts: Contact[];
	readonly model: ScriptedModel;
	/** Orders for which HubSpot's search fails. */
	readonly hubspotFailsFor: Set<string>;
	/** Slack refuses every message. */
	slackIsDown: boolean;
	/** Whether Slack accepts each of the next messages; it accepts those after them. */
	slackTakes: boolean[];
}

/** A channel that does not exist in Slack. */
export const UNKNOWN_CHANNEL = 'C0UNKNOWN';

/**
 * Options with which n8n's Slack node fails to wait, and n8n hides the failure: under "Continue",
 * the node passes on its input. n8n 2.0.3 and 1.123.81 do the same whenever Slack refuses a
 * question.
 */
export const NO_WAIT = {
	limitWaitTime: { values: { limitType: 'atSpecifiedTime', maxDateAndTime: 'never' } },
};

/** Each service under the host its real node uses, with responses like the real one's. */
export const servicesOf = (world: OutsideWorld): Readonly<Record<string, Service>> => ({
	'slack.com': ({ path, body }) => {
		const taken = world.slackTakes.shift() ?? true;
		if (world.slackIsDown || !taken || body['channel'] === UNKNOWN_CHANNEL) {
			return { ok: false, error: 'channel_not_found' };
		}
		if (path !== '/api/chat.postMessage') return { ok: false, error: 'unknown_method' };
		return { ok: true, channel: 'C0EXAMPLE', ts: '1700000000.000100', message: body };
	},
	'discord.com': () => ({ id: '1' }),
	'graph.microsoft.com': ({ body }) => ({ id: '1', body: body['body'] }),
	'api.telegram.org': ({ body }) => ({
		ok: true,
		result: { message_id: 1, chat: { id: body['chat_id'] }, text: body['text'] },
	}),
	'api.twilio.com': ({ body }) => ({ sid: 'SM00', status: 'queued', body: body['Body'] }),
	'sheets.googleapis.com': (request) =>
		world.spreadsheets.find(({ id }) => request.path.split(/[/:]/).includes(id))?.answer(request) ??
		new Refusal(404, { error: { message: 'Requested entity was not found.' } }),
	'api.hubapi.com': (request) => searchContacts(world, request),
	'api.openai.com': ({ body }) => world.model.answer(body),
});

/** HubSpot's search, limited to one filter for an equal value. */
function searchContacts(world: OutsideWorld, { path, body }: OutsideRequest): object {
	if (path !== '/crm/v3/objects/contacts/search') return new Refusal(404, { message: path });
	const [group] = body['filterGroups'] as Array<{
		filters: Array<{ propertyName: string; operator: string; value: string }>;
	}>;
	const filters = group?.filters ?? [];
	if (filters.some(({ value }) => world.hubspotFailsFor.has(value))) {
		return new Refusal(503, { message: 'HubSpot is down' });
	}
	const results = world.contacts.filter(({ properties }) =>
		filters.every(
			({ propertyName, operator, value }) =>
				operator === 'EQ' && properties[propertyName] === value,
		),
	);
	return { total: results.length, results };
}
