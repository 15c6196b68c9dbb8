import type { SandboxCredentials } from './credentials';

/** The fields of n8n's credential. */
export interface N8nCredential extends Readonly<Record<string, string | number | boolean>> {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly refreshToken: string;
	readonly primaryMarketplace: string;
	readonly customBaseUrl: string;
}

/**
 * The limits per report type of a sandbox that is `pace` times as fast as Amazon; without them a
 * node would wait a quarter of an hour. The interval also covers the limits per 8 and 24 hours: 12
 * in 480 minutes are one in 40.
 */
export const reportLimitsAt = (pace: number) => ({
	changeReportLimits: true,
	salesAndTrafficMinutes: 15 / pace,
	salesAndTrafficPerDay: 0,
	fbaShipmentsMinutes: 40 / pace,
	fbaShipmentsPer8Hours: 0,
	fbaReturnsMinutes: 240 / pace,
});

/** No limits on report requests. */
export const NO_REPORT_LIMITS = reportLimitsAt(Infinity);

/**
 * The data of n8n's credential for a seller of the sandbox.
 *
 * @param pace how much faster the sandbox is than Amazon by n8n's clock; 1 if both run at the same
 *   speed, which keeps Amazon's own limits per report type
 */
export function n8nCredentialOf(
	{ clientId, clientSecret, refreshToken, baseUrl, marketplaceId }: SandboxCredentials,
	pace = 1,
): N8nCredential {
	return {
		clientId,
		clientSecret,
		refreshToken,
		primaryMarketplace: marketplaceId,
		environment: 'custom',
		customBaseUrl: baseUrl,
		customHostIsMine: true,
		...(pace === 1 ? {} : reportLimitsAt(pace)),
	};
}
