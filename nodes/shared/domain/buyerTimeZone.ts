/** A zone and its countries, as ISO 3166 codes in SP-API's spelling. */
type Countries = ReadonlyArray<readonly [zone: string, codes: string]>;

/** A zone and its states: codes and names of one state joined by `/`, without accents. */
type States = ReadonlyArray<readonly [zone: string, states: string]>;

// cspell:disable
/**
 * Countries with one zone, or one for almost everyone: China has one official time; the Chatham
 * Islands, Easter Island and similar are ignored. Dependencies with their own code are listed
 * separately.
 * Source: the IANA time zone database's `zone.tab`.
 */
const ONE_ZONE: Countries = [
	['Europe/Andorra', 'AD'],
	['Europe/Tirane', 'AL'],
	['Europe/Vienna', 'AT'],
	['Europe/Mariehamn', 'AX'],
	['Europe/Sarajevo', 'BA'],
	['Europe/Brussels', 'BE'],
	['Europe/Sofia', 'BG'],
	['Europe/Zurich', 'CH LI'],
	['Asia/Nicosia', 'CY'],
	['Europe/Prague', 'CZ'],
	['Europe/Berlin', 'DE'],
	['Europe/Copenhagen', 'DK'],
	['Europe/Tallinn', 'EE'],
	['Europe/Helsinki', 'FI'],
	['Atlantic/Faroe', 'FO'],
	['Europe/Paris', 'FR'],
	['Europe/London', 'GB UK'],
	['Europe/Guernsey', 'GG'],
	['Europe/Gibraltar', 'GI'],
	['Europe/Athens', 'GR'],
	['Europe/Zagreb', 'HR'],
	['Europe/Budapest', 'HU'],
	['Europe/Dublin', 'IE'],
	['Europe/Isle_of_Man', 'IM'],
	['Atlantic/Reykjavik', 'IS'],
	['Europe/Rome', 'IT'],
	['Europe/Jersey', 'JE'],
	['Europe/Vilnius', 'LT'],
	['Europe/Luxembourg', 'LU'],
	['Europe/Riga', 'LV'],
	['Europe/Monaco', 'MC'],
	['Europe/Chisinau', 'MD'],
	['Europe/Podgorica', 'ME'],
	['Europe/Skopje', 'MK'],
	['Europe/Malta', 'MT'],
	['Europe/Amsterdam', 'NL'],
	['Europe/Oslo', 'NO'],
	['Europe/Warsaw', 'PL'],
	['Europe/Bucharest', 'RO'],
	['Europe/Belgrade', 'RS'],
	['Europe/Stockholm', 'SE'],
	['Europe/Ljubljana', 'SI'],
	['Europe/Bratislava', 'SK'],
	['Europe/San_Marino', 'SM'],
	['Europe/Vatican', 'VA'],
	['Europe/Istanbul', 'TR'],
	['Asia/Dubai', 'AE'],
	['Asia/Bahrain', 'BH'],
	['Africa/Cairo', 'EG'],
	['Asia/Jerusalem', 'IL'],
	['Asia/Amman', 'JO'],
	['Asia/Kuwait', 'KW'],
	['Asia/Beirut', 'LB'],
	['Asia/Muscat', 'OM'],
	['Asia/Qatar', 'QA'],
	['Asia/Riyadh', 'SA'],
	['Africa/Casablanca', 'MA'],
	['Africa/Johannesburg', 'ZA'],
	['Asia/Shanghai', 'CN'],
	['Asia/Hong_Kong', 'HK'],
	['Asia/Kolkata', 'IN'],
	['Asia/Tokyo', 'JP'],
	['Asia/Seoul', 'KR'],
	['Asia/Macau', 'MO'],
	['Asia/Kuala_Lumpur', 'MY'],
	['Asia/Manila', 'PH'],
	['Asia/Singapore', 'SG'],
	['Asia/Bangkok', 'TH'],
	['Asia/Taipei', 'TW'],
	['Pacific/Auckland', 'NZ'],
	['America/Bogota', 'CO'],
	['America/Costa_Rica', 'CR'],
	['America/Santo_Domingo', 'DO'],
	['America/Guatemala', 'GT'],
	['America/Panama', 'PA'],
	['America/Lima', 'PE'],
	['America/Puerto_Rico', 'PR'],
	['America/St_Thomas', 'VI'],
	['Pacific/Guam', 'GU'],
	['Pacific/Saipan', 'MP'],
	['Pacific/Pago_Pago', 'AS'],
	['America/Guadeloupe', 'GP'],
	['America/Martinique', 'MQ'],
	['America/Cayenne', 'GF'],
	['Indian/Reunion', 'RE'],
];

/**
 * Countries in which a few regions have a different zone from the rest. Without a region, the
 * rest's zone applies.
 */
const ZONE_OF_THE_REST: Readonly<Record<string, string>> = {
	ES: 'Europe/Madrid',
	PT: 'Europe/Lisbon',
};

const STATES: Readonly<Record<string, States>> = {
	US: [
		[
			'America/New_York',
			'CT/Connecticut, DC/District of Columbia/Washington DC, DE/Delaware, FL/Florida, ' +
				'GA/Georgia, KY/Kentucky, MA/Massachusetts, MD/Maryland, ME/Maine, NC/North Carolina, ' +
				'NH/New Hampshire, NJ/New Jersey, NY/New York, OH/Ohio, PA/Pennsylvania, ' +
				'RI/Rhode Island, SC/South Carolina, VA/Virginia, VT/Vermont, WV/West Virginia',
		],
		['America/Detroit', 'MI/Michigan'],
		['America/Indiana/Indianapolis', 'IN/Indiana'],
		[
			'America/Chicago',
			'AL/Alabama, AR/Arkansas, IA/Iowa, IL/Illinois, KS/Kansas, LA/Louisiana, MN/Minnesota, ' +
				'MO/Missouri, MS/Mississippi, ND/North Dakota, NE/Nebraska, OK/Oklahoma, ' +
				'SD/South Dakota, TN/Tennessee, TX/Texas, WI/Wisconsin',
		],
		['America/Denver', 'CO/Colorado, MT/Montana, NM/New Mexico, UT/Utah, WY/Wyoming'],
		['America/Boise', 'ID/Idaho'],
		['America/Phoenix', 'AZ/Arizona'],
		['America/Los_Angeles', 'CA/California, NV/Nevada, OR/Oregon, WA/Washington'],
		['America/Anchorage', 'AK/Alaska'],
		['Pacific/Honolulu', 'HI/Hawaii'],
		['America/Puerto_Rico', 'PR/Puerto Rico'],
		['America/St_Thomas', 'VI/Virgin Islands/US Virgin Islands'],
		['Pacific/Guam', 'GU/Guam'],
		['Pacific/Saipan', 'MP/Northern Mariana Islands'],
		['Pacific/Pago_Pago', 'AS/American Samoa'],
	],
	CA: [
		['America/St_Johns', 'NL/NF/Newfoundland and Labrador/Newfoundland'],
		['America/Halifax', 'NS/Nova Scotia, PE/PEI/Prince Edward Island'],
		['America/Moncton', 'NB/New Brunswick'],
		['America/Toronto', 'ON/Ontario, QC/PQ/Quebec'],
		['America/Winnipeg', 'MB/Manitoba'],
		['America/Regina', 'SK/Saskatchewan'],
		['America/Edmonton', 'AB/Alberta, NT/Northwest Territories'],
		['America/Vancouver', 'BC/British Columbia'],
		['America/Whitehorse', 'YT/Yukon/Yukon Territory'],
		['America/Iqaluit', 'NU/Nunavut'],
	],
	AU: [
		['Australia/Sydney', 'NSW/New South Wales, ACT/Australian Capital Territory'],
		['Australia/Melbourne', 'VIC/Victoria'],
		['Australia/Brisbane', 'QLD/Queensland'],
		['Australia/Adelaide', 'SA/South Australia'],
		['Australia/Darwin', 'NT/Northern Territory'],
		['Australia/Perth', 'WA/Western Australia'],
		['Australia/Hobart', 'TAS/Tasmania'],
	],
	BR: [
		[
			'America/Sao_Paulo',
			'DF/Distrito Federal, ES/Espirito Santo, GO/Goias, MG/Minas Gerais, PR/Parana, ' +
				'RJ/Rio de Janeiro, RS/Rio Grande do Sul, SC/Santa Catarina, SP/Sao Paulo',
		],
		['America/Bahia', 'BA/Bahia'],
		['America/Fortaleza', 'CE/Ceara, MA/Maranhao, PB/Paraiba, PI/Piaui, RN/Rio Grande do Norte'],
		['America/Recife', 'PE/Pernambuco'],
		['America/Maceio', 'AL/Alagoas, SE/Sergipe'],
		['America/Belem', 'AP/Amapa, PA/Para'],
		['America/Araguaina', 'TO/Tocantins'],
		['America/Campo_Grande', 'MS/Mato Grosso do Sul'],
		['America/Cuiaba', 'MT/Mato Grosso'],
		['America/Manaus', 'AM/Amazonas'],
		['America/Porto_Velho', 'RO/Rondonia'],
		['America/Boa_Vista', 'RR/Roraima'],
		['America/Rio_Branco', 'AC/Acre'],
	],
	MX: [
		[
			'America/Mexico_City',
			'AGU/AGS/Aguascalientes, CHP/CHIS/Chiapas, CMX/CDMX/DF/DIF/Ciudad de Mexico/Distrito Federal, ' +
				'COL/Colima, GUA/GTO/Guanajuato, GRO/Guerrero, HID/HGO/Hidalgo, ' +
				'JAL/Jalisco, MEX/Mexico/Estado de Mexico, MIC/MICH/Michoacan/Michoacan de Ocampo, ' +
				'MOR/Morelos, OAX/Oaxaca, PUE/Puebla, QUE/QRO/Queretaro, SLP/San Luis Potosi, ' +
				'TAB/Tabasco, TLA/TLAX/Tlaxcala, VER/Veracruz/Veracruz de Ignacio de la Llave, ' +
				'ZAC/Zacatecas',
		],
		[
			'America/Monterrey',
			'COA/COAH/Coahuila/Coahuila de Zaragoza, DUR/DGO/Durango, NLE/NL/Nuevo Leon',
		],
		['America/Matamoros', 'TAM/TAMPS/Tamaulipas'],
		['America/Chihuahua', 'CHH/CHIH/Chihuahua'],
		['America/Merida', 'CAM/CAMP/Campeche, YUC/Yucatan'],
		['America/Cancun', 'ROO/QROO/Quintana Roo'],
		['America/Mazatlan', 'BCS/Baja California Sur, NAY/Nayarit, SIN/Sinaloa'],
		['America/Hermosillo', 'SON/Sonora'],
		['America/Tijuana', 'BCN/BC/Baja California'],
	],
	ES: [
		[
			'Atlantic/Canary',
			'CN/Canarias/Islas Canarias/Canary Islands, GC/Las Palmas, TF/Santa Cruz de Tenerife/Tenerife',
		],
	],
	PT: [['Atlantic/Azores', 'Acores/Azores/Regiao Autonoma dos Acores']],
};
// cspell:enable

const ZONE_OF_COUNTRY: ReadonlyMap<string, string> = new Map(
	ONE_ZONE.flatMap(([zone, codes]) => codes.split(' ').map((code) => [code, zone] as const)),
);

const ZONES_OF_STATES: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
	Object.entries(STATES).map(([country, zones]) => [
		country,
		new Map(
			zones.flatMap(([zone, states]) =>
				states.split(/[,/]/).map((state) => [normalized(state), zone] as const),
			),
		),
	]),
);

/**
 * The IANA zone of a delivery address, as far as country and state determine it; null if they do
 * not.
 *
 * The United States, Canada, Australia, Brazil and Mexico require the state, as a code or name in
 * any letter case, with or without accents. A state split between zones gets the zone where most of
 * its people live (Florida and Kentucky: Eastern; Tennessee and Texas: Central; Idaho: Boise;
 * Tamaulipas: the border cities'). The Canary Islands and the Azores are recognized by the region.
 * Source: the IANA time zone database; where people live is general knowledge.
 * @param countryCode ISO 3166, two letters; `UK` counts as `GB`
 */
export function buyerTimeZoneOf(
	countryCode: string,
	stateOrRegion: string | null = null,
): string | null {
	const country = countryCode.trim().toUpperCase();
	const state = normalized(stateOrRegion ?? '');
	return (
		ZONES_OF_STATES.get(country)?.get(state) ??
		ZONE_OF_THE_REST[country] ??
		ZONE_OF_COUNTRY.get(country) ??
		null
	);
}

/**
 * Upper case without accents and dots, words separated by one space; "Washington, D.C." becomes
 * WASHINGTON DC.
 */
function normalized(state: string): string {
	return state
		.normalize('NFD')
		.replace(/[\u0300-\u036f.]/g, '')
		.replace(/[\s,-]+/g, ' ')
		.trim()
		.toUpperCase();
}
