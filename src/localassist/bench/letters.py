"""What the benchmark of redaction writes its letters from; rules were made on what they missed in these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Letters:
    """Beginnings, sentences and ends of letters in one language, with `{slots}` for what is made up."""

    heads: tuple[str, ...]
    sentences: tuple[str, ...]
    ends: tuple[str, ...]


_FIRST: Final = {
    "en": Letters(
        heads=(
            "Dear Mr {last1},\n",
            "Hi {first1},\n",
            "{person1}\n{address}\n\nDear {person1},\n",
            "From: {person1} <{mail}>\nTo: {person2}\n\nHello {first2},\n",
        ),
        sentences=(
            "our tenant {person3} moved to {address2} in May.",
            "You can reach me at {phone} or write to {mail2}.",
            "Please transfer the deposit to {iban} by Friday.",
            "The card {card} expires next month.",
            "My social security number is {id}.",
            "Our tax number is {tax}.",
            "The API key is {key}; keep it safe.",
            "The password: {password}",
            "I have put the scan in {path} for you.",
            "Nobody outside may hear of {word} yet.",
            "{person4} signed on Monday. Later {last4} called about the keys.",
            "Phone {phone2} is for emergencies.",
            "Use {key2} for the build server.",
        ),
        ends=(
            "Best regards,\n{person5}\n",
            "Yours sincerely,\n\n{person5}\nHead of Sales\n{phone3}\n",
            "Thanks,\n{person5}\n{mail3}\n",
        ),
    ),
    "de": Letters(
        heads=(
            "Sehr geehrte Frau {last1},\n",
            "Liebe {first1},\n",
            "Herrn\n{person1}\n{address}\n\nSehr geehrter Herr {last1},\n",
            "Von: {person1} <{mail}>\nAn: {person2}\n\nHallo {first2},\n",
        ),
        sentences=(
            "unser Mieter {person3} wohnt jetzt in der {address2}.",
            "Sie erreichen mich unter {phone} oder per Mail an {mail2}.",
            "Bitte überweisen Sie die Kaution auf {iban} bis Freitag.",
            "Die Karte {card} läuft im Mai ab.",
            "Meine Versicherungsnummer lautet {id}.",
            "Unsere USt-IdNr. ist {tax}.",
            "Der API-Schlüssel ist {key}, bitte nicht weitergeben.",
            "Das Passwort: {password}",
            "Der Scan liegt unter {path} bereit.",
            "Von {word} darf noch niemand wissen.",
            "{person4} hat am Montag unterschrieben. Später rief Frau {last4} wegen der Schlüssel an.",
            "Telefon {phone2} ist nur für Notfälle.",
            "Für den Server gilt {key2} weiterhin.",
        ),
        ends=(
            "Mit freundlichen Grüßen\n{person5}\n",
            "Viele Grüße\n\n{person5}\nLeitung Vertrieb\nTel. {phone3}\n",
            "Beste Grüße,\n{person5}\n{mail3}\n",
        ),
    ),
    "fr": Letters(
        heads=(
            "Cher Monsieur {last1},\n",
            "Bonjour {first1},\n",
            "{person1}\n{address}\n\nChère Madame {last1},\n",
            "De : {person1} <{mail}>\nÀ : {person2}\n\nBonjour {first2},\n",
        ),
        sentences=(
            "notre locataire {person3} habite maintenant au {address2}.",
            "Vous pouvez me joindre au {phone} ou écrire à {mail2}.",
            "Merci de virer la caution sur {iban} avant vendredi.",
            "La carte {card} expire le mois prochain.",
            "Mon numéro de sécurité sociale est {id}.",
            "Notre numéro de TVA est {tax}.",
            "La clé API est {key}, ne la donnez à personne.",
            "Mot de passe : {password}",
            "Le document se trouve dans {path} depuis hier.",
            "Personne ne doit entendre parler de {word} pour le moment.",
            "{person4} a signé lundi. Ensuite Mme {last4} a appelé pour les clés.",
            "Le téléphone {phone2} est réservé aux urgences.",
            "Utilisez {key2} pour le serveur.",
        ),
        ends=(
            "Cordialement,\n{person5}\n",
            "Bien à vous,\n\n{person5}\nDirectrice des ventes\n{phone3}\n",
            "Merci,\n{person5}\n{mail3}\n",
        ),
    ),
    "es": Letters(
        heads=(
            "Estimado Sr. {last1}:\n",
            "Hola {first1}:\n",
            "{person1}\n{address}\n\nEstimada Sra. {last1}:\n",
            "De: {person1} <{mail}>\nPara: {person2}\n\nHola {first2},\n",
        ),
        sentences=(
            "nuestro inquilino {person3} vive ahora en {address2}.",
            "Puede llamarme al {phone} o escribir a {mail2}.",
            "Por favor, transfiera la fianza a {iban} antes del viernes.",
            "La tarjeta {card} caduca el mes que viene.",
            "Mi DNI es {id}.",
            "Nuestro NIF-IVA es {tax}.",
            "La clave API es {key}; no la comparta.",
            "Contraseña: {password}",
            "El documento está en {path} desde ayer.",
            "Nadie debe saber nada de {word} todavía.",
            "{person4} firmó el lunes. Después la Sra. {last4} llamó por las llaves.",
            "El teléfono {phone2} es para urgencias.",
            "Use {key2} para el servidor.",
        ),
        ends=(
            "Saludos cordiales,\n{person5}\n",
            "Atentamente,\n\n{person5}\nDirectora de ventas\n{phone3}\n",
            "Gracias,\n{person5}\n{mail3}\n",
        ),
    ),
    "it": Letters(
        heads=(
            "Gentile Sig. {last1},\n",
            "Ciao {first1},\n",
            "{person1}\n{address}\n\nGentile Signora {last1},\n",
            "Da: {person1} <{mail}>\nA: {person2}\n\nBuongiorno {first2},\n",
        ),
        sentences=(
            "il nostro inquilino {person3} abita ora in {address2}.",
            "Può chiamarmi al {phone} o scrivere a {mail2}.",
            "La prego di versare la cauzione su {iban} entro venerdì.",
            "La carta {card} scade il mese prossimo.",
            "Il mio codice fiscale è {id}.",
            "La nostra partita IVA è {tax}.",
            "La chiave API è {key}, non la comunichi a nessuno.",
            "Password: {password}",
            "Il documento si trova in {path} da ieri.",
            "Nessuno deve sapere di {word} per ora.",
            "{person4} ha firmato lunedì. Poi la Sig.ra {last4} ha chiamato per le chiavi.",
            "Il telefono {phone2} è per le emergenze.",
            "Usi {key2} per il server.",
        ),
        ends=(
            "Cordiali saluti,\n{person5}\n",
            "Distinti saluti\n\n{person5}\nDirettrice vendite\n{phone3}\n",
            "Grazie,\n{person5}\n{mail3}\n",
        ),
    ),
}

_SECOND: Final = {
    "en": Letters(
        heads=(
            "Minutes of the meeting\nPresent: {person1}, {person2}\n",
            "On Monday, {person1} <{mail}> wrote:\n> Good morning {first2},\n",
            "Customer record\nName | {person1}\nAddress | {address}\nPhone | {phone4}\n",
            "Re: your claim, Ms {last1}\n\nHello Mrs. {last1},\n",
        ),
        sentences=(
            "I spoke with {person3} yesterday; {last3} agrees.",
            "She lives at {address2} with her sister.",
            "Text me on {phone} after six.",
            "Replies go to {mail2}, copies to {mail3}.",
            "Refund to account {iban}, please.",
            "It was charged to Visa {card} twice.",
            "National insurance number: {id}",
            "VAT reg. no. {tax}",
            "export TOKEN={key}",
            "Log in with {mail4} and password {password} then.",
            "Open {path} and check page two.",
            "The budget for {word} was cut.",
            "According to Dr {last4}, the results of {person4} were fine.",
            "Witness {person6} saw it all.",
        ),
        ends=("Cheers\n{first5}\n", "Kind regards\n{person5}\n{address3}\n", "Sent on behalf of {person5}\n"),
    ),
    "de": Letters(
        heads=(
            "Protokoll der Sitzung\nAnwesend: {person1}, {person2}\n",
            "Am Montag schrieb {person1} <{mail}>:\n> Guten Morgen {first2},\n",
            "Stammdaten\nName | {person1}\nAnschrift | {address}\nTelefon | {phone4}\n",
            "Ihr Schreiben, Frau {last1}\n\nGuten Tag Frau {last1},\n",
        ),
        sentences=(
            "Gestern sprach ich mit {person3}; {last3} ist einverstanden.",
            "Sie wohnt mit ihrer Schwester in {address2} zur Miete.",
            "Schreiben Sie mir nach sechs an {phone} eine SMS.",
            "Antworten gehen an {mail2}, Kopien an {mail3}.",
            "Erstattung bitte auf das Konto {iban} buchen.",
            "Belastet wurde zweimal die Visa {card} im Juni.",
            "Sozialversicherungsnummer: {id}",
            "UID-Nummer {tax}",
            "export TOKEN={key}",
            "Anmelden mit {mail4} und Kennwort {password} bitte.",
            "Öffnen Sie {path} und prüfen Sie Seite zwei.",
            "Das Budget für {word} wurde gekürzt.",
            "Laut Dr. {last4} waren die Werte von {person4} gut.",
            "Zeuge {person6} hat alles gesehen.",
        ),
        ends=("LG\n{first5}\n", "Freundliche Grüße\n{person5}\n{address3}\n", "Im Auftrag von {person5}\n"),
    ),
    "fr": Letters(
        heads=(
            "Procès-verbal de la réunion\nPrésents : {person1}, {person2}\n",
            "Lundi, {person1} <{mail}> a écrit :\n> Bonjour {first2},\n",
            "Fiche client\nNom | {person1}\nAdresse | {address}\nTéléphone | {phone4}\n",
            "Votre courrier, Mme {last1}\n\nBonjour Mme {last1},\n",
        ),
        sentences=(
            "J'ai parlé hier avec {person3} ; {last3} est d'accord.",
            "Elle habite {address2} avec sa sœur.",
            "Envoyez-moi un SMS au {phone} après six heures.",
            "Réponses à {mail2}, copies à {mail3}.",
            "Remboursement sur le compte {iban}, merci.",
            "La Visa {card} a été débitée deux fois.",
            "Numéro AVS : {id}",
            "N° de TVA {tax}",
            "export TOKEN={key}",
            "Connectez-vous avec {mail4} et le mot de passe {password} ensuite.",
            "Ouvrez {path} et vérifiez la page deux.",
            "Le budget de {word} a été réduit.",
            "Selon le Dr {last4}, les résultats de {person4} étaient bons.",
            "Le témoin {person6} a tout vu.",
        ),
        ends=("Bises\n{first5}\n", "Meilleures salutations\n{person5}\n{address3}\n", "Pour le compte de {person5}\n"),
    ),
    "es": Letters(
        heads=(
            "Acta de la reunión\nPresentes: {person1}, {person2}\n",
            "El lunes, {person1} <{mail}> escribió:\n> Buenos días {first2},\n",
            "Ficha de cliente\nNombre | {person1}\nDirección | {address}\nTeléfono | {phone4}\n",
            "Su carta, Sra. {last1}\n\nBuenas tardes Sra. {last1},\n",
        ),
        sentences=(
            "Ayer hablé con {person3}; {last3} está de acuerdo.",
            "Ella vive en {address2} con su hermana.",
            "Mándeme un SMS al {phone} después de las seis.",
            "Respuestas a {mail2}, copias a {mail3}.",
            "Reembolso a la cuenta {iban}, por favor.",
            "Se cargó dos veces en la Visa {card} en junio.",
            "CURP: {id}",
            "RFC {tax}",
            "export TOKEN={key}",
            "Entre con {mail4} y la contraseña {password} después.",
            "Abra {path} y revise la página dos.",
            "El presupuesto de {word} se redujo.",
            "Según el Dr. {last4}, los resultados de {person4} eran buenos.",
            "El testigo {person6} lo vio todo.",
        ),
        ends=("Un abrazo\n{first5}\n", "Reciba un cordial saludo\n{person5}\n{address3}\n", "En nombre de {person5}\n"),
    ),
    "it": Letters(
        heads=(
            "Verbale della riunione\nPresenti: {person1}, {person2}\n",
            "Lunedì {person1} <{mail}> ha scritto:\n> Buongiorno {first2},\n",
            "Scheda cliente\nNome | {person1}\nIndirizzo | {address}\nTelefono | {phone4}\n",
            "La Sua lettera, Sig.ra {last1}\n\nBuonasera Sig.ra {last1},\n",
        ),
        sentences=(
            "Ieri ho parlato con {person3}; {last3} è d'accordo.",
            "Lei abita in {address2} con sua sorella.",
            "Mi mandi un SMS al {phone} dopo le sei.",
            "Risposte a {mail2}, copie a {mail3}.",
            "Rimborso sul conto {iban}, per favore.",
            "La Visa {card} è stata addebitata due volte.",
            "Codice fiscale: {id}",
            "P. IVA {tax}",
            "export TOKEN={key}",
            "Acceda con {mail4} e la password {password} poi.",
            "Apra {path} e controlli la pagina due.",
            "Il budget di {word} è stato ridotto.",
            "Secondo il Dott. {last4}, i risultati di {person4} erano buoni.",
            "Il testimone {person6} ha visto tutto.",
        ),
        ends=("Un abbraccio\n{first5}\n", "I migliori saluti\n{person5}\n{address3}\n", "Per conto di {person5}\n"),
    ),
}

LETTERS: Final = {
    language: Letters(
        first.heads + _SECOND[language].heads,
        first.sentences + _SECOND[language].sentences,
        first.ends + _SECOND[language].ends,
    )
    for language, first in _FIRST.items()
}
