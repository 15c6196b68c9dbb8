import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { credentialsOf } from './credentials';
import { faultSchema } from './faults';
import { changeHabits, HABIT_NAMES, HABITS, habitsChangeSchema } from './habits';
import { APPLICATIONS } from './lwa';
import { n8nCredentialOf } from './n8nCredential';
import { secretsOf } from './secrets';
import { settingsChangeSchema, settingsSchema } from './settings';
import { Truth } from './truth';
import {
	buyBoxSchema,
	defectsSchema,
	feedbackChangeSchema,
	newFeedbackSchema,
	newOrdersSchema,
} from './world/world';
import type { SandboxState } from './state';

const duration = z
	.object({
		weeks: z.number(),
		days: z.number(),
		hours: z.number(),
		minutes: z.number(),
		seconds: z.number(),
		milliseconds: z.number(),
	})
	.partial()
	.strict();
const clockSchema = z.union([
	z.object({ set: z.string() }).strict(),
	z.object({ advance: duration }).strict(),
]);
const sellerSchema = z.object({ sellerKey: z.string().optional() }).strict();
const roleSchema = z
	.object({
		sellerKey: z.string().default('demo'),
		remove: z.string().optional(),
		restore: z.string().optional(),
	})
	.strict();
const feedbackKey = { sellerKey: z.string().default('demo'), orderId: z.string() };
const changeSchema = feedbackChangeSchema.extend(feedbackKey);
const removeSchema = z.object(feedbackKey).strict();
const accountStatusSchema = z
	.object({
		sellerKey: z.string().default('demo'),
		marketplaceId: z.string(),
		status: z.enum(['NORMAL', 'AT_RISK', 'DEACTIVATED']).nullable(),
	})
	.strict();

const defectsChangeSchema = z
	.object({
		sellerKey: z.string().default('demo'),
		marketplaceId: z.string(),
		defects: defectsSchema.nullable(),
	})
	.strict();

const buyBoxChangeSchema = z
	.object({
		sellerKey: z.string().default('demo'),
		marketplaceId: z.string(),
		spell: buyBoxSchema.nullable(),
	})
	.strict();

/** A sandbox control was used incorrectly; the message says how to use it. */
class ControlError extends Error {}

function bodyAs<T>(request: FastifyRequest, schema: z.ZodType<T, z.ZodTypeDef, unknown>): T {
	const text = typeof request.body === 'string' && request.body !== '' ? request.body : '{}';
	const parsed = parseJson(text);
	if (parsed === undefined) throw new ControlError('The body is not JSON');
	return schema.parse(parsed);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const queryOf = (request: FastifyRequest) => request.query as Record<string, string | undefined>;

/**
 * The sandbox's controls over HTTP, under /sandbox, so that another process can control it. They
 * are not part of Amazon's API, need no token and are not written to the request log.
 */
export function mountControl(server: FastifyInstance, state: SandboxState): void {
	void server.register(
		(control, _options, done) => {
			control.setErrorHandler((error, _request, reply) => {
				const message =
					error instanceof z.ZodError
						? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
						: error instanceof Error
							? error.message
							: String(error);
				void reply.code(400).send({ error: message });
			});
			mountReading(control, state);
			mountSteering(control, state);
			done();
		},
		{ prefix: '/sandbox' },
	);
}

function mountReading(control: FastifyInstance, state: SandboxState): void {
	const truth = new Truth(state);
	const place = (request: FastifyRequest) => {
		const { sellerKey = 'demo', marketplaceId } = queryOf(request);
		const found = state.world.marketplace(sellerKey, marketplaceId);
		return { sellerKey, marketplaceId: found.marketplace.id };
	};
	control.get('/health', () => ({ ok: true, now: state.clock.now().toISOString() }));
	control.get('/clock', () => ({ now: state.clock.now().toISOString() }));
	control.get('/settings', () => state.settings);
	control.get('/habits', () =>
		HABIT_NAMES.map((name) => ({ name, on: state.habits[name], ...HABITS[name] })),
	);
	control.get('/faults', () =>
		state.faults.list().map(({ id, spec, fired }) => ({ id, ...spec, fired })),
	);
	const credentials = (request: FastifyRequest) =>
		credentialsOf(
			state,
			queryOf(request)['sellerKey'] ?? 'demo',
			`http://${request.headers.host ?? ''}`,
			z.enum(APPLICATIONS).default('main').parse(queryOf(request)['application']),
		);
	control.get('/credentials', credentials);
	control.get('/n8nCredential', (request) =>
		n8nCredentialOf(
			credentials(request),
			z.coerce.number().positive().optional().parse(queryOf(request)['pace']),
		),
	);
	control.get('/secrets', () => secretsOf(state));
	control.get('/requests', () => state.requests);
	control.get('/requestCounts', () => state.requestCounts);
	control.get('/memory', () => process.memoryUsage());
	control.get('/sellers', () =>
		Object.values(state.world.sellers).map(({ key, sellerId, name, region, marketplaces }) => ({
			key,
			sellerId,
			name,
			region,
			marketplaces: marketplaces.map(({ marketplace, orders, feedback, products }) => ({
				marketplaceId: marketplace.id,
				countryCode: marketplace.countryCode,
				orders: orders.length,
				feedback: feedback.length,
				asins: products.map(({ asin }) => asin),
			})),
		})),
	);
	control.get('/truth/solicitations', () => truth.solicitations);
	control.get('/truth/requestAnswers', () => truth.requestAnswers);
	control.get('/truth/reportRequests', () => truth.reportRequests);
	control.get('/truth/reportReads', () => truth.reportReads);
	control.get('/truth/queryRequests', () => truth.queryRequests);
	control.get('/truth/rating', (request) => {
		const { sellerKey, marketplaceId } = place(request);
		const { asOf, through } = queryOf(request);
		return truth.rating(sellerKey, marketplaceId, asOf, through);
	});
	control.get('/truth/shop', (request) => {
		const { sellerKey, marketplaceId } = place(request);
		const { from, to } = queryOf(request);
		return truth.shop(sellerKey, marketplaceId, {
			...(from === undefined ? {} : { from }),
			...(to === undefined ? {} : { to }),
		});
	});
	control.get('/truth/products', (request) => {
		const { sellerKey, marketplaceId } = place(request);
		const { from, to } = queryOf(request);
		return truth.products(sellerKey, marketplaceId, {
			...(from === undefined ? {} : { from }),
			...(to === undefined ? {} : { to }),
		});
	});
	control.get('/truth/feedback', (request) => {
		const { sellerKey, marketplaceId } = place(request);
		const { from, to } = queryOf(request);
		return truth.feedback(sellerKey, marketplaceId, {
			...(from === undefined ? {} : { from }),
			...(to === undefined ? {} : { to }),
		});
	});
	control.get('/truth/feedbackHistory', (request) => {
		const { sellerKey = 'demo', marketplaceId } = queryOf(request);
		return truth.feedbackHistory(sellerKey, marketplaceId);
	});
	control.get('/truth/solicitability', (request) => {
		const { sellerKey = 'demo', orderId = '', at } = queryOf(request);
		return { orderId, solicitability: truth.solicitability(sellerKey, orderId, at) };
	});
	control.get('/truth/window', (request) => {
		const { sellerKey = 'demo', orderId = '' } = queryOf(request);
		return { orderId, ...truth.windowOf(sellerKey, orderId) };
	});
	control.get('/truth/orders', (request) => truth.orders(queryOf(request)['sellerKey'] ?? 'demo'));
}

function mountSteering(control: FastifyInstance, state: SandboxState): void {
	control.post('/clock', (request) => {
		const change = bodyAs(request, clockSchema);
		if ('set' in change) state.clock.set(change.set);
		else state.clock.advance(change.advance);
		return { now: state.clock.now().toISOString() };
	});
	control.post('/settings', (request) => {
		const change = bodyAs(request, settingsChangeSchema);
		state.settings = settingsSchema.parse({ ...state.settings, ...change });
		return state.settings;
	});
	control.post('/habits', (request) => {
		state.habits = changeHabits(state.habits, bodyAs(request, habitsChangeSchema));
		return state.habits;
	});
	control.post('/faults', (request) => {
		const { id, spec } = state.faults.add(bodyAs(request, faultSchema));
		return { id, ...spec };
	});
	control.delete('/faults', () => {
		state.faults.clear();
		return { ok: true };
	});
	control.post('/lwa/expire', (request) => {
		state.lwa.expireAccessTokens(bodyAs(request, sellerSchema).sellerKey);
		return { ok: true };
	});
	control.post('/lwa/revoke', (request) => {
		state.lwa.revoke(bodyAs(request, sellerSchema).sellerKey ?? 'demo');
		return { ok: true };
	});
	control.post('/lwa/restore', (request) => {
		state.lwa.restore(bodyAs(request, sellerSchema).sellerKey ?? 'demo');
		return { ok: true };
	});
	control.post('/lwa/rotate', () => ({ clientSecret: state.lwa.rotateSecret() }));
	control.post('/roles', (request) => {
		const { sellerKey, remove, restore } = bodyAs(request, roleSchema);
		if (remove === undefined && restore === undefined) {
			throw new ControlError('Say which role to "remove" or "restore"');
		}
		if (remove !== undefined) state.roles.remove(sellerKey, remove);
		if (restore !== undefined) state.roles.restore(sellerKey, restore);
		return { ok: true };
	});
	control.post('/world/feedback', (request) =>
		state.world.addFeedback(bodyAs(request, newFeedbackSchema)),
	);
	control.post('/world/feedback/change', (request) => {
		const { sellerKey, orderId, ...change } = bodyAs(request, changeSchema);
		return state.world.changeFeedback(sellerKey, orderId, change);
	});
	control.post('/world/feedback/remove', (request) => {
		const { sellerKey, orderId } = bodyAs(request, removeSchema);
		return state.world.removeFeedback(sellerKey, orderId);
	});
	control.post('/world/orders', (request) =>
		state.world
			.addOrders(bodyAs(request, newOrdersSchema))
			.map(({ orderId, marketplaceId }) => ({ orderId, marketplaceId })),
	);
	control.post('/world/accountStatus', (request) => {
		const { sellerKey, marketplaceId, status } = bodyAs(request, accountStatusSchema);
		state.world.setAccountStatus(sellerKey, marketplaceId, status ?? undefined);
		return { ok: true };
	});
	control.post('/world/defects', (request) => {
		const { sellerKey, marketplaceId, defects } = bodyAs(request, defectsChangeSchema);
		state.world.setDefects(sellerKey, marketplaceId, defects ?? undefined);
		return { ok: true };
	});
	control.post('/world/buyBox', (request) => {
		const { sellerKey, marketplaceId, spell } = bodyAs(request, buyBoxChangeSchema);
		state.world.setBuyBox(sellerKey, marketplaceId, spell ?? undefined);
		return { ok: true };
	});
	control.post('/reset', () => {
		state.reset();
		return { ok: true };
	});
}
