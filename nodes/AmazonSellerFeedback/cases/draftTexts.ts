// cspell:disable – drafts in many languages

import type { RemovalCriterion } from '../../shared/domain/comments/removalProspect';
import type { Language } from '../../shared/domain/marketplaces';

/** The criteria on which a removal request can be based. */
export type CriterionToRequest = Extract<
	RemovalCriterion,
	'obsceneLanguage' | 'personalInformation' | 'productReview' | 'fulfilledByAmazon'
>;

/**
 * What a removal request says. `fulfilledByAmazon` leaves a choice to the person who edits it, and
 * `knownFulfilledByAmazon` does not: the order says that Amazon fulfilled it.
 */
export type RequestText = CriterionToRequest | 'knownFulfilledByAmazon';

/** What a draft says about the buyer's problem; `other` if it is unclear. */
export type DraftReason =
	| 'lateOrLost'
	| 'damaged'
	| 'wrongItem'
	| 'notAsDescribed'
	| 'quality'
	| 'service'
	| 'packaging'
	| 'price'
	| 'other';

export interface DraftTexts {
	/** To Amazon. Placeholders {orderId} and {date}. */
	readonly removalRequest: Readonly<Record<RequestText, string>>;
	/** One sentence of regret that names the problem, per reason. */
	readonly regret: Readonly<Record<DraftReason, string>>;
	/** To the buyer. Placeholders {orderId} and {regret}. It asks how to put it right, offers nothing, and does not mention the feedback. */
	readonly buyerNote: string;
	/** To the buyer, only after the problem is solved. */
	readonly whenSolved: string;
	/** Public reply below the feedback. Placeholder {regret}. No order ID, no personal data, no contact details, no blame, no offer. */
	readonly publicReply: string;
}

/**
 * Drafts for a person to edit. The English `whenSolved` is Amazon's own example of a permitted
 * notification (Seller Central help 202126280); in the other languages it is translated.
 */
export const DRAFT_TEXTS: Readonly<Record<Language, DraftTexts>> = {
	en: {
		removalRequest: {
			obsceneLanguage:
				"Please review the feedback left on {date} for order {orderId}. The comment contains obscene language, which Amazon's feedback guidelines do not permit.",
			personalInformation:
				"Please review the feedback left on {date} for order {orderId}. The comment contains personally identifiable information, which Amazon's feedback guidelines do not permit.",
			productReview:
				'Please review the feedback left on {date} for order {orderId}. The entire comment is about the product, and not about our service; please remove it as a product review.',
			fulfilledByAmazon:
				'Please review the feedback left on {date} for order {orderId}. The comment is about the delivery of an order that Amazon fulfilled or that we shipped on time with Buy Shipping. Please strike it through. [Keep only what is true: Amazon fulfilled the order, or you bought shipping from Amazon and shipped on time.]',
			knownFulfilledByAmazon:
				'Please review the feedback left on {date} for order {orderId}. The comment is about the delivery of an order that Amazon fulfilled. Please strike it through.',
		},
		regret: {
			lateOrLost: 'We are sorry that your order arrived late or did not arrive.',
			damaged: 'We are sorry that your item arrived damaged.',
			wrongItem: 'We are sorry that you received the wrong item.',
			notAsDescribed: 'We are sorry that the item did not match its description.',
			quality: 'We are sorry that the quality of the item did not meet your expectations.',
			service: 'We are sorry that our service did not meet your expectations.',
			packaging: 'We are sorry that the packaging of your order was not satisfactory.',
			price: 'We are sorry that the price did not meet your expectations.',
			other: 'We are sorry that your order did not meet your expectations.',
		},
		buyerNote:
			"Hello,\n\nWe are writing about your order {orderId}. {regret} Could you please tell us how we can put this right? Please reply to this message through Amazon's messages.\n\nKind regards",
		whenSolved:
			'If you are satisfied that we have resolved your concerns, it is possible to update or remove the feedback you originally provided here.',
		publicReply:
			"{regret} We have taken note of your comments. You can reach us through Amazon's messages for your order.",
	},
	de: {
		removalRequest: {
			obsceneLanguage:
				'Bitte prüfen Sie das Feedback vom {date} zur Bestellung {orderId}. Der Kommentar enthält obszöne Ausdrücke, die nach den Feedback-Richtlinien von Amazon nicht zulässig sind.',
			personalInformation:
				'Bitte prüfen Sie das Feedback vom {date} zur Bestellung {orderId}. Der Kommentar enthält personenbezogene Daten, die nach den Feedback-Richtlinien von Amazon nicht zulässig sind.',
			productReview:
				'Bitte prüfen Sie das Feedback vom {date} zur Bestellung {orderId}. Der gesamte Kommentar bezieht sich auf das Produkt und nicht auf unseren Service. Bitte entfernen Sie ihn, da es sich um eine Produktrezension handelt.',
			fulfilledByAmazon:
				'Bitte prüfen Sie das Feedback vom {date} zur Bestellung {orderId}. Der Kommentar betrifft die Lieferung einer Bestellung, die Amazon versandt hat oder die wir pünktlich mit Buy Shipping versandt haben. Bitte streichen Sie ihn durch. [Nur stehen lassen, was zutrifft: Amazon hat die Bestellung versandt, oder Sie haben den Versand über Amazon gekauft und die Bestellung pünktlich versandt.]',
			knownFulfilledByAmazon:
				'Bitte prüfen Sie das Feedback vom {date} zur Bestellung {orderId}. Der Kommentar betrifft die Lieferung einer Bestellung, die Amazon versandt hat. Bitte streichen Sie ihn durch.',
		},
		regret: {
			lateOrLost: 'Es tut uns leid, dass Ihre Bestellung verspätet oder gar nicht angekommen ist.',
			damaged: 'Es tut uns leid, dass Ihr Artikel beschädigt angekommen ist.',
			wrongItem: 'Es tut uns leid, dass Sie einen falschen Artikel erhalten haben.',
			notAsDescribed: 'Es tut uns leid, dass der Artikel nicht der Beschreibung entsprach.',
			quality:
				'Es tut uns leid, dass die Qualität des Artikels nicht Ihren Erwartungen entsprochen hat.',
			service: 'Es tut uns leid, dass Sie mit unserem Service nicht zufrieden waren.',
			packaging:
				'Es tut uns leid, dass Sie mit der Verpackung Ihrer Bestellung nicht zufrieden waren.',
			price: 'Es tut uns leid, dass der Preis nicht Ihren Erwartungen entsprochen hat.',
			other: 'Es tut uns leid, dass Ihre Bestellung nicht Ihren Erwartungen entsprochen hat.',
		},
		buyerNote:
			'Guten Tag,\n\nwir schreiben Ihnen wegen Ihrer Bestellung {orderId}. {regret} Bitte teilen Sie uns mit, wie wir die Angelegenheit für Sie in Ordnung bringen können. Antworten Sie dazu bitte über Amazon auf diese Nachricht.\n\nMit freundlichen Grüßen',
		whenSolved:
			'Wenn wir Ihr Anliegen zu Ihrer Zufriedenheit gelöst haben, besteht die Möglichkeit, das Feedback, das Sie ursprünglich abgegeben haben, hier zu aktualisieren oder zu entfernen.',
		publicReply:
			'{regret} Wir haben Ihren Hinweis aufgenommen. Sie erreichen uns über die Amazon-Nachrichten zu Ihrer Bestellung.',
	},
	fr: {
		removalRequest: {
			obsceneLanguage:
				"Nous vous prions d'examiner l'évaluation du {date} relative à la commande {orderId}. Le commentaire contient des propos obscènes, ce que les règles d'Amazon relatives aux évaluations n'autorisent pas.",
			personalInformation:
				"Nous vous prions d'examiner l'évaluation du {date} relative à la commande {orderId}. Le commentaire contient des informations permettant d'identifier une personne, ce que les règles d'Amazon relatives aux évaluations n'autorisent pas.",
			productReview:
				"Nous vous prions d'examiner l'évaluation du {date} relative à la commande {orderId}. L'intégralité du commentaire porte sur le produit, et non sur notre service. Merci de le supprimer, car il s'agit d'un avis sur le produit.",
			fulfilledByAmazon:
				"Nous vous prions d'examiner l'évaluation du {date} relative à la commande {orderId}. Le commentaire porte sur la livraison d'une commande expédiée par Amazon ou que nous avons expédiée à temps avec Buy Shipping. Merci de le barrer. [Ne conservez que ce qui est exact : la commande a été expédiée par Amazon, ou vous avez acheté l'expédition auprès d'Amazon et expédié la commande à temps.]",
			knownFulfilledByAmazon:
				"Nous vous prions d'examiner l'évaluation du {date} relative à la commande {orderId}. Le commentaire porte sur la livraison d'une commande expédiée par Amazon. Merci de le barrer.",
		},
		regret: {
			lateOrLost:
				'Nous sommes désolés que votre commande soit arrivée en retard ou ne vous soit pas parvenue.',
			damaged: 'Nous sommes désolés que votre article soit arrivé endommagé.',
			wrongItem: "Nous sommes désolés que vous n'ayez pas reçu le bon article.",
			notAsDescribed: "Nous sommes désolés que l'article n'ait pas été conforme à sa description.",
			quality: "Nous sommes désolés que la qualité de l'article n'ait pas répondu à vos attentes.",
			service: "Nous sommes désolés que notre service n'ait pas répondu à vos attentes.",
			packaging:
				"Nous sommes désolés que l'emballage de votre commande ne vous ait pas donné satisfaction.",
			price: "Nous sommes désolés que le prix n'ait pas correspondu à vos attentes.",
			other: "Nous sommes désolés que votre commande n'ait pas répondu à vos attentes.",
		},
		buyerNote:
			'Bonjour,\n\nNous vous écrivons au sujet de votre commande {orderId}. {regret} Pourriez-vous nous indiquer comment nous pouvons remédier à cette situation ? Nous vous remercions de répondre à ce message via la messagerie Amazon.\n\nCordialement',
		whenSolved:
			"Si vous estimez que nous avons résolu vos problèmes de manière satisfaisante, il est possible de modifier ou de supprimer ici l'évaluation que vous aviez initialement laissée.",
		publicReply:
			'{regret} Nous avons bien pris note de vos remarques. Vous pouvez nous joindre via la messagerie Amazon associée à votre commande.',
	},
	it: {
		removalRequest: {
			obsceneLanguage:
				"Vi chiediamo di esaminare il feedback del {date} relativo all'ordine {orderId}. Il commento contiene un linguaggio osceno, non consentito dalle linee guida di Amazon sui feedback.",
			personalInformation:
				"Vi chiediamo di esaminare il feedback del {date} relativo all'ordine {orderId}. Il commento contiene informazioni di identificazione personale, non consentite dalle linee guida di Amazon sui feedback.",
			productReview:
				"Vi chiediamo di esaminare il feedback del {date} relativo all'ordine {orderId}. L'intero commento riguarda il prodotto e non il nostro servizio; ne chiediamo la rimozione in quanto si tratta di una recensione del prodotto.",
			fulfilledByAmazon:
				"Vi chiediamo di esaminare il feedback del {date} relativo all'ordine {orderId}. Il commento riguarda la consegna di un ordine gestito da Amazon oppure spedito da noi puntualmente con Buy Shipping. Vi chiediamo di barrarlo. [Lasciare solo ciò che è vero: l'ordine è stato gestito da Amazon, oppure la spedizione è stata acquistata tramite Amazon e l'ordine è stato spedito puntualmente.]",
			knownFulfilledByAmazon:
				"Vi chiediamo di esaminare il feedback del {date} relativo all'ordine {orderId}. Il commento riguarda la consegna di un ordine gestito da Amazon. Vi chiediamo di barrarlo.",
		},
		regret: {
			lateOrLost: 'Ci dispiace che il Suo ordine sia arrivato in ritardo o non sia arrivato.',
			damaged: 'Ci dispiace che il Suo articolo sia arrivato danneggiato.',
			wrongItem: 'Ci dispiace che Lei abbia ricevuto un articolo sbagliato.',
			notAsDescribed: "Ci dispiace che l'articolo non fosse conforme alla descrizione.",
			quality: "Ci dispiace che la qualità dell'articolo non abbia soddisfatto le Sue aspettative.",
			service: 'Ci dispiace che il nostro servizio non abbia soddisfatto le Sue aspettative.',
			packaging: "Ci dispiace che l'imballaggio del Suo ordine non sia stato soddisfacente.",
			price: 'Ci dispiace che il prezzo non sia stato in linea con le Sue aspettative.',
			other: 'Ci dispiace che il Suo ordine non abbia soddisfatto le Sue aspettative.',
		},
		buyerNote:
			'Buongiorno,\n\nLe scriviamo in merito al Suo ordine {orderId}. {regret} Potrebbe indicarci come possiamo risolvere la situazione? La preghiamo di rispondere a questo messaggio tramite Amazon.\n\nCordiali saluti',
		whenSolved:
			'Se ritiene che abbiamo risolto in modo soddisfacente i problemi da Lei segnalati, è possibile modificare o rimuovere qui il feedback che aveva lasciato inizialmente.',
		publicReply:
			'{regret} Abbiamo preso nota delle Sue osservazioni. Può contattarci tramite i messaggi Amazon relativi al Suo ordine.',
	},
	es: {
		removalRequest: {
			obsceneLanguage:
				'Les rogamos que revisen la valoración del {date} correspondiente al pedido {orderId}. El comentario contiene lenguaje obsceno, algo que no permiten las directrices de Amazon sobre valoraciones.',
			personalInformation:
				'Les rogamos que revisen la valoración del {date} correspondiente al pedido {orderId}. El comentario contiene información de identificación personal, algo que no permiten las directrices de Amazon sobre valoraciones.',
			productReview:
				'Les rogamos que revisen la valoración del {date} correspondiente al pedido {orderId}. Todo el comentario trata sobre el producto y no sobre nuestro servicio; les rogamos que lo eliminen por tratarse de una opinión sobre el producto.',
			fulfilledByAmazon:
				'Les rogamos que revisen la valoración del {date} correspondiente al pedido {orderId}. El comentario se refiere a la entrega de un pedido que gestionó Amazon o que nosotros enviamos a tiempo con Buy Shipping. Les rogamos que lo tachen. [Deje solo lo que sea cierto: Amazon gestionó el pedido, o usted compró el envío a través de Amazon y envió el pedido a tiempo.]',
			knownFulfilledByAmazon:
				'Les rogamos que revisen la valoración del {date} correspondiente al pedido {orderId}. El comentario se refiere a la entrega de un pedido que gestionó Amazon. Les rogamos que lo tachen.',
		},
		regret: {
			lateOrLost: 'Lamentamos que su pedido haya llegado con retraso o no haya llegado.',
			damaged: 'Lamentamos que su artículo haya llegado dañado.',
			wrongItem: 'Lamentamos que haya recibido usted un artículo equivocado.',
			notAsDescribed: 'Lamentamos que el artículo no se correspondiera con la descripción.',
			quality: 'Lamentamos que la calidad del artículo no haya cumplido sus expectativas.',
			service: 'Lamentamos que nuestro servicio no haya cumplido sus expectativas.',
			packaging: 'Lamentamos que el embalaje de su pedido no haya sido satisfactorio.',
			price: 'Lamentamos que el precio no se haya ajustado a sus expectativas.',
			other: 'Lamentamos que su pedido no haya cumplido sus expectativas.',
		},
		buyerNote:
			'Buenos días:\n\nLe escribimos en relación con su pedido {orderId}. {regret} ¿Podría indicarnos cómo podemos solucionarlo? Le rogamos que responda a este mensaje a través de Amazon.\n\nAtentamente,',
		whenSolved:
			'Si considera que hemos resuelto satisfactoriamente sus problemas, es posible modificar o eliminar aquí la valoración que dejó inicialmente.',
		publicReply:
			'{regret} Hemos tomado nota de sus comentarios. Puede ponerse en contacto con nosotros a través de los mensajes de Amazon de su pedido.',
	},
	pt: {
		removalRequest: {
			obsceneLanguage:
				'Solicitamos a análise da avaliação de {date} referente ao pedido {orderId}. O comentário contém linguagem obscena, o que não é permitido pelas diretrizes de avaliação da Amazon.',
			personalInformation:
				'Solicitamos a análise da avaliação de {date} referente ao pedido {orderId}. O comentário contém informações de identificação pessoal, o que não é permitido pelas diretrizes de avaliação da Amazon.',
			productReview:
				'Solicitamos a análise da avaliação de {date} referente ao pedido {orderId}. O comentário inteiro é sobre o produto, e não sobre o nosso serviço; solicitamos a remoção por se tratar de uma avaliação de produto.',
			fulfilledByAmazon:
				'Solicitamos a análise da avaliação de {date} referente ao pedido {orderId}. O comentário é sobre a entrega de um pedido processado e enviado pela Amazon ou que enviamos no prazo com o Buy Shipping. Solicitamos que o comentário seja riscado. [Mantenha somente o que for verdade: a Amazon processou e enviou o pedido, ou você comprou o frete pela Amazon e enviou o pedido no prazo.]',
			knownFulfilledByAmazon:
				'Solicitamos a análise da avaliação de {date} referente ao pedido {orderId}. O comentário é sobre a entrega de um pedido processado e enviado pela Amazon. Solicitamos que o comentário seja riscado.',
		},
		regret: {
			lateOrLost: 'Lamentamos que o seu pedido tenha chegado com atraso ou não tenha chegado.',
			damaged: 'Lamentamos que o seu produto tenha chegado danificado.',
			wrongItem: 'Lamentamos que você tenha recebido o produto errado.',
			notAsDescribed: 'Lamentamos que o produto não estivesse de acordo com a descrição.',
			quality: 'Lamentamos que a qualidade do produto não tenha atendido às suas expectativas.',
			service: 'Lamentamos que o nosso atendimento não tenha correspondido às suas expectativas.',
			packaging: 'Lamentamos que a embalagem do seu pedido não tenha sido satisfatória.',
			price: 'Lamentamos que o preço não tenha correspondido às suas expectativas.',
			other: 'Lamentamos que o seu pedido não tenha atendido às suas expectativas.',
		},
		buyerNote:
			'Olá,\n\nEstamos entrando em contato sobre o seu pedido {orderId}. {regret} Você poderia nos dizer como podemos resolver essa situação? Por favor, responda a esta mensagem pela Amazon.\n\nAtenciosamente,',
		whenSolved:
			'Se você considera que resolvemos os seus problemas de forma satisfatória, é possível alterar ou remover aqui a avaliação que você deixou originalmente.',
		publicReply:
			'{regret} Registramos os seus comentários. Você pode falar conosco pelas mensagens da Amazon referentes ao seu pedido.',
	},
	nl: {
		removalRequest: {
			obsceneLanguage:
				'Wij verzoeken u de feedback van {date} bij bestelling {orderId} te controleren. De opmerking bevat obsceen taalgebruik, wat volgens de feedbackrichtlijnen van Amazon niet is toegestaan.',
			personalInformation:
				'Wij verzoeken u de feedback van {date} bij bestelling {orderId} te controleren. De opmerking bevat persoonsgegevens, wat volgens de feedbackrichtlijnen van Amazon niet is toegestaan.',
			productReview:
				'Wij verzoeken u de feedback van {date} bij bestelling {orderId} te controleren. De volledige opmerking gaat over het product en niet over onze service. Wij verzoeken u deze te verwijderen, omdat het om een productrecensie gaat.',
			fulfilledByAmazon:
				'Wij verzoeken u de feedback van {date} bij bestelling {orderId} te controleren. De opmerking gaat over de bezorging van een bestelling die door Amazon is verzonden of die wij op tijd met Buy Shipping hebben verzonden. Wij verzoeken u deze door te halen. [Laat alleen staan wat klopt: Amazon heeft de bestelling verzonden, of u hebt de verzending via Amazon gekocht en de bestelling op tijd verzonden.]',
			knownFulfilledByAmazon:
				'Wij verzoeken u de feedback van {date} bij bestelling {orderId} te controleren. De opmerking gaat over de bezorging van een bestelling die door Amazon is verzonden. Wij verzoeken u deze door te halen.',
		},
		regret: {
			lateOrLost: 'Het spijt ons dat uw bestelling te laat of helemaal niet is aangekomen.',
			damaged: 'Het spijt ons dat uw artikel beschadigd is aangekomen.',
			wrongItem: 'Het spijt ons dat u een verkeerd artikel hebt ontvangen.',
			notAsDescribed: 'Het spijt ons dat het artikel niet overeenkwam met de beschrijving.',
			quality: 'Het spijt ons dat de kwaliteit van het artikel niet aan uw verwachtingen voldeed.',
			service: 'Het spijt ons dat onze service niet aan uw verwachtingen voldeed.',
			packaging: 'Het spijt ons dat de verpakking van uw bestelling niet naar wens was.',
			price: 'Het spijt ons dat de prijs niet aan uw verwachtingen voldeed.',
			other: 'Het spijt ons dat uw bestelling niet aan uw verwachtingen voldeed.',
		},
		buyerNote:
			'Goedendag,\n\nWij nemen contact met u op over uw bestelling {orderId}. {regret} Kunt u ons laten weten hoe wij dit voor u kunnen oplossen? Wij verzoeken u via Amazon op dit bericht te antwoorden.\n\nMet vriendelijke groet,',
		whenSolved:
			'Als u van mening bent dat wij uw problemen naar tevredenheid hebben opgelost, is het mogelijk om de feedback die u oorspronkelijk hebt gegeven hier bij te werken of te verwijderen.',
		publicReply:
			'{regret} Wij hebben nota genomen van uw opmerkingen. U kunt ons bereiken via de Amazon-berichten bij uw bestelling.',
	},
	pl: {
		removalRequest: {
			obsceneLanguage:
				'Prosimy o sprawdzenie opinii z dnia {date} dotyczącej zamówienia {orderId}. Komentarz zawiera obsceniczne słownictwo, na co nie zezwalają wytyczne Amazon dotyczące opinii.',
			personalInformation:
				'Prosimy o sprawdzenie opinii z dnia {date} dotyczącej zamówienia {orderId}. Komentarz zawiera dane umożliwiające identyfikację osoby, na co nie zezwalają wytyczne Amazon dotyczące opinii.',
			productReview:
				'Prosimy o sprawdzenie opinii z dnia {date} dotyczącej zamówienia {orderId}. Cały komentarz dotyczy produktu, a nie naszej obsługi; prosimy o jego usunięcie, ponieważ jest to recenzja produktu.',
			fulfilledByAmazon:
				'Prosimy o sprawdzenie opinii z dnia {date} dotyczącej zamówienia {orderId}. Komentarz dotyczy dostawy zamówienia, które zrealizował Amazon lub które wysłaliśmy w terminie za pomocą usługi Buy Shipping. Prosimy o jego przekreślenie. [Proszę pozostawić tylko to, co jest zgodne z prawdą: zamówienie zrealizował Amazon albo wysyłkę kupiono za pośrednictwem Amazon i zamówienie wysłano w terminie.]',
			knownFulfilledByAmazon:
				'Prosimy o sprawdzenie opinii z dnia {date} dotyczącej zamówienia {orderId}. Komentarz dotyczy dostawy zamówienia, które zrealizował Amazon. Prosimy o jego przekreślenie.',
		},
		regret: {
			lateOrLost: 'Przykro nam, że Państwa zamówienie dotarło z opóźnieniem lub nie dotarło wcale.',
			damaged: 'Przykro nam, że produkt dotarł do Państwa uszkodzony.',
			wrongItem: 'Przykro nam, że otrzymali Państwo niewłaściwy produkt.',
			notAsDescribed: 'Przykro nam, że produkt nie był zgodny z opisem.',
			quality: 'Przykro nam, że jakość produktu nie spełniła Państwa oczekiwań.',
			service: 'Przykro nam, że nasza obsługa nie spełniła Państwa oczekiwań.',
			packaging: 'Przykro nam, że sposób zapakowania zamówienia nie spełnił Państwa oczekiwań.',
			price: 'Przykro nam, że cena nie odpowiadała Państwa oczekiwaniom.',
			other: 'Przykro nam, że zamówienie nie spełniło Państwa oczekiwań.',
		},
		buyerNote:
			'Dzień dobry,\n\npiszemy w sprawie Państwa zamówienia {orderId}. {regret} Czy mogliby Państwo napisać, jak możemy rozwiązać tę sprawę? Prosimy o odpowiedź na tę wiadomość za pośrednictwem Amazon.\n\nZ poważaniem',
		whenSolved:
			'Jeśli uważają Państwo, że zgłoszone problemy zostały przez nas rozwiązane w sposób zadowalający, można tutaj zaktualizować lub usunąć pierwotnie wystawioną opinię.',
		publicReply:
			'{regret} Zapoznaliśmy się z Państwa uwagami. Mogą się Państwo z nami skontaktować przez wiadomości Amazon dotyczące zamówienia.',
	},
	sv: {
		removalRequest: {
			obsceneLanguage:
				'Vi ber er granska feedbacken från {date} för beställning {orderId}. Kommentaren innehåller obscent språk, vilket inte är tillåtet enligt Amazons riktlinjer för feedback.',
			personalInformation:
				'Vi ber er granska feedbacken från {date} för beställning {orderId}. Kommentaren innehåller uppgifter som kan identifiera en person, vilket inte är tillåtet enligt Amazons riktlinjer för feedback.',
			productReview:
				'Vi ber er granska feedbacken från {date} för beställning {orderId}. Hela kommentaren handlar om produkten och inte om vår service. Vi ber er ta bort den eftersom det är en produktrecension.',
			fulfilledByAmazon:
				'Vi ber er granska feedbacken från {date} för beställning {orderId}. Kommentaren handlar om leveransen av en beställning som Amazon skickade eller som vi skickade i tid med Buy Shipping. Vi ber er stryka över den. [Behåll bara det som stämmer: Amazon skickade beställningen, eller du köpte frakten via Amazon och skickade beställningen i tid.]',
			knownFulfilledByAmazon:
				'Vi ber er granska feedbacken från {date} för beställning {orderId}. Kommentaren handlar om leveransen av en beställning som Amazon skickade. Vi ber er stryka över den.',
		},
		regret: {
			lateOrLost: 'Vi beklagar att din beställning kom fram för sent eller inte alls.',
			damaged: 'Vi beklagar att din vara var skadad när den kom fram.',
			wrongItem: 'Vi beklagar att du fick fel vara.',
			notAsDescribed: 'Vi beklagar att varan inte stämde överens med beskrivningen.',
			quality: 'Vi beklagar att varans kvalitet inte motsvarade dina förväntningar.',
			service: 'Vi beklagar att vår service inte motsvarade dina förväntningar.',
			packaging: 'Vi beklagar att du inte var nöjd med hur din beställning var förpackad.',
			price: 'Vi beklagar att priset inte motsvarade dina förväntningar.',
			other: 'Vi beklagar att din beställning inte motsvarade dina förväntningar.',
		},
		buyerNote:
			'Hej!\n\nVi kontaktar dig angående din beställning {orderId}. {regret} Kan du berätta för oss hur vi kan lösa detta? Vänligen svara på det här meddelandet via Amazon.\n\nVänliga hälsningar',
		whenSolved:
			'Om du anser att vi har löst det som du tog upp är det möjligt att här uppdatera eller ta bort den feedback som du ursprungligen lämnade.',
		publicReply:
			'{regret} Vi har noterat dina synpunkter. Du kan nå oss via Amazons meddelanden för din beställning.',
	},
	tr: {
		removalRequest: {
			obsceneLanguage:
				"{orderId} numaralı siparişe ait {date} tarihli geri bildirimi incelemenizi rica ederiz. Yorum, Amazon'un geri bildirim kurallarının izin vermediği müstehcen ifadeler içermektedir.",
			personalInformation:
				"{orderId} numaralı siparişe ait {date} tarihli geri bildirimi incelemenizi rica ederiz. Yorum, Amazon'un geri bildirim kurallarının izin vermediği, kimlik belirlemeye yarayan kişisel bilgiler içermektedir.",
			productReview:
				'{orderId} numaralı siparişe ait {date} tarihli geri bildirimi incelemenizi rica ederiz. Yorumun tamamı hizmetimizle değil, ürünle ilgilidir; bir ürün yorumu olduğu için kaldırılmasını rica ederiz.',
			fulfilledByAmazon:
				'{orderId} numaralı siparişe ait {date} tarihli geri bildirimi incelemenizi rica ederiz. Yorum, Amazon tarafından gönderilen veya Buy Shipping ile zamanında gönderdiğimiz bir siparişin teslimatıyla ilgilidir. Yorumun üzerinin çizilmesini rica ederiz. [Yalnızca doğru olanı bırakın: Sipariş Amazon tarafından gönderildi veya gönderimi Amazon üzerinden satın aldınız ve siparişi zamanında gönderdiniz.]',
			knownFulfilledByAmazon:
				'{orderId} numaralı siparişe ait {date} tarihli geri bildirimi incelemenizi rica ederiz. Yorum, Amazon tarafından gönderilen bir siparişin teslimatıyla ilgilidir. Yorumun üzerinin çizilmesini rica ederiz.',
		},
		regret: {
			lateOrLost: 'Siparişiniz geç ulaştığı veya hiç ulaşmadığı için üzgünüz.',
			damaged: 'Ürününüz hasarlı ulaştığı için üzgünüz.',
			wrongItem: 'Size yanlış ürün ulaştığı için üzgünüz.',
			notAsDescribed: 'Ürün, açıklamasıyla uyuşmadığı için üzgünüz.',
			quality: 'Ürünün kalitesi beklentilerinizi karşılamadığı için üzgünüz.',
			service: 'Hizmetimiz beklentilerinizi karşılamadığı için üzgünüz.',
			packaging: 'Siparişinizin ambalajı beklentilerinizi karşılamadığı için üzgünüz.',
			price: 'Fiyat beklentilerinize uygun olmadığı için üzgünüz.',
			other: 'Siparişiniz beklentilerinizi karşılamadığı için üzgünüz.',
		},
		buyerNote:
			'Merhaba,\n\n{orderId} numaralı siparişinizle ilgili olarak size yazıyoruz. {regret} Bu durumu nasıl düzeltebileceğimizi bizimle paylaşır mısınız? Bu mesajı Amazon üzerinden yanıtlamanızı rica ederiz.\n\nSaygılarımızla',
		whenSolved:
			'Sorunlarınızı memnun kalacağınız şekilde çözdüğümüzü düşünüyorsanız başlangıçta verdiğiniz geri bildirimi buradan güncellemeniz veya kaldırmanız mümkündür.',
		publicReply:
			'{regret} Görüşlerinizi not aldık. Siparişinizle ilgili olarak Amazon mesajları üzerinden bize ulaşabilirsiniz.',
	},
	ar: {
		removalRequest: {
			obsceneLanguage:
				'نرجو مراجعة التقييم المؤرخ \u200E{date}\u200E والخاص بالطلب رقم \u200E{orderId}\u200E. يتضمن التعليق ألفاظًا بذيئة لا تسمح بها إرشادات أمازون الخاصة بالتقييمات.',
			personalInformation:
				'نرجو مراجعة التقييم المؤرخ \u200E{date}\u200E والخاص بالطلب رقم \u200E{orderId}\u200E. يتضمن التعليق معلومات تكشف هوية أشخاص، وهو ما لا تسمح به إرشادات أمازون الخاصة بالتقييمات.',
			productReview:
				'نرجو مراجعة التقييم المؤرخ \u200E{date}\u200E والخاص بالطلب رقم \u200E{orderId}\u200E. يتعلق التعليق بأكمله بالمنتج وليس بخدمتنا، لذا نرجو إزالته باعتباره مراجعة للمنتج.',
			fulfilledByAmazon:
				'نرجو مراجعة التقييم المؤرخ \u200E{date}\u200E والخاص بالطلب رقم \u200E{orderId}\u200E. يتعلق التعليق بتوصيل طلب تولّت أمازون تجهيزه وشحنه، أو شحنّاه نحن في الموعد المحدد عبر خدمة Buy Shipping. نرجو شطب التعليق. [يُرجى الإبقاء على ما هو صحيح فقط: تولّت أمازون تجهيز الطلب وشحنه، أو تم شراء خدمة الشحن من أمازون وشحن الطلب في الموعد المحدد.]',
			knownFulfilledByAmazon:
				'نرجو مراجعة التقييم المؤرخ \u200E{date}\u200E والخاص بالطلب رقم \u200E{orderId}\u200E. يتعلق التعليق بتوصيل طلب تولّت أمازون تجهيزه وشحنه. نرجو شطب التعليق.',
		},
		regret: {
			lateOrLost: 'نأسف لوصول طلبكم متأخرًا أو لعدم وصوله.',
			damaged: 'نأسف لوصول المنتج إليكم تالفًا.',
			wrongItem: 'نأسف لأنكم تلقيتم منتجًا غير الذي طلبتموه.',
			notAsDescribed: 'نأسف لأن المنتج لم يكن مطابقًا للوصف.',
			quality: 'نأسف لأن جودة المنتج لم تكن على مستوى توقعاتكم.',
			service: 'نأسف لأن خدمتنا لم تكن على مستوى توقعاتكم.',
			packaging: 'نأسف لأن تغليف طلبكم لم يكن على مستوى توقعاتكم.',
			price: 'نأسف لأن السعر لم يتوافق مع توقعاتكم.',
			other: 'نأسف لأن طلبكم لم يكن على مستوى توقعاتكم.',
		},
		buyerNote:
			'مرحبًا،\n\nنتواصل معكم بشأن طلبكم رقم \u200E{orderId}\u200E. {regret} نرجو إخبارنا كيف يمكننا معالجة هذا الأمر. ويُرجى الرد على هذه الرسالة عبر رسائل أمازون.\n\nمع أطيب التحيات',
		whenSolved:
			'إذا كنتم ترون أننا عالجنا مشكلاتكم على نحو مُرضٍ، فمن الممكن تعديل التقييم الذي قدمتموه في الأصل أو إزالته من هنا.',
		publicReply:
			'{regret} لقد أخذنا ملاحظاتكم بعين الاعتبار. يمكنكم التواصل معنا عبر رسائل أمازون الخاصة بطلبكم.',
	},
	ja: {
		removalRequest: {
			obsceneLanguage:
				'注文番号 {orderId} に対する {date} 付の評価について、ご確認をお願いいたします。コメントに、Amazonの評価ガイドラインで認められていない卑猥な表現が含まれています。',
			personalInformation:
				'注文番号 {orderId} に対する {date} 付の評価について、ご確認をお願いいたします。コメントに、Amazonの評価ガイドラインで認められていない、個人を特定できる情報が含まれています。',
			productReview:
				'注文番号 {orderId} に対する {date} 付の評価について、ご確認をお願いいたします。コメントはすべて商品に関する内容であり、当店のサービスに関するものではありません。商品レビューに該当するため、削除をお願いいたします。',
			fulfilledByAmazon:
				'注文番号 {orderId} に対する {date} 付の評価について、ご確認をお願いいたします。コメントは、Amazonが出荷した注文、または当店がBuy Shippingを利用して期日どおりに出荷した注文の配送に関する内容です。取り消し線の適用をお願いいたします。[事実に該当する内容のみ残してください：Amazonが出荷した注文である、またはAmazonで配送サービスを購入し、期日どおりに出荷した。]',
			knownFulfilledByAmazon:
				'注文番号 {orderId} に対する {date} 付の評価について、ご確認をお願いいたします。コメントは、Amazonが出荷した注文の配送に関する内容です。取り消し線の適用をお願いいたします。',
		},
		regret: {
			lateOrLost:
				'ご注文の商品の到着が遅れた、または届かなかったとのこと、誠に申し訳ございません。',
			damaged: '商品が破損した状態で届いたとのこと、誠に申し訳ございません。',
			wrongItem: 'ご注文と異なる商品が届いたとのこと、誠に申し訳ございません。',
			notAsDescribed: '商品が説明と異なっていたとのこと、誠に申し訳ございません。',
			quality: '商品の品質がご期待に沿えず、誠に申し訳ございません。',
			service: '当店の対応がご期待に沿えず、誠に申し訳ございません。',
			packaging: '梱包にご満足いただけず、誠に申し訳ございません。',
			price: '価格にご満足いただけず、誠に申し訳ございません。',
			other: 'このたびのご注文でご期待に沿えず、誠に申し訳ございません。',
		},
		buyerNote:
			'当店をご利用いただき、ありがとうございます。\n\nご注文番号 {orderId} の件でご連絡いたしました。{regret}どのように対応させていただけばよいか、お聞かせいただけますでしょうか。お手数ですが、Amazonのメッセージでご返信くださいますようお願いいたします。\n\nよろしくお願いいたします。',
		whenSolved:
			'お困りの点が解決し、ご満足いただけましたら、最初にお寄せいただいた評価をこちらで変更または削除することが可能です。',
		publicReply:
			'{regret}いただいたご意見は真摯に受け止めております。ご注文に関するAmazonのメッセージより、当店にご連絡いただけます。',
	},
};
