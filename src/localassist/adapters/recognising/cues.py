"""Words that tell a name in five languages, and those that are capitalised without being one."""

from __future__ import annotations

from typing import Final

TITLES: Final = (
    "Mr|Mrs|professor|professeur|professeure|profesor|profesora|professore|professoressa|Ms|Miss|Mx|Dr|Prof|"
    "Professor|Sir|Dame|Rev|Reverend|Capt|Captain|Hon|Messrs|Herr|Herrn|Hr|Frau|Fr|"
    "Fräulein|Dipl|Ing|"
    "M|MM|Mme|Mlle|Mmes|Monsieur|Madame|Mademoiselle|Me|Maître|Docteur|Sr|Sra|Srta|Señor|Señora|Señorita|Don|Doña|"
    "Dña|Lic|Dra|"
    "Sig|Signor|Signora|Signorina|Dott|Dottor|Dottore|Dottoressa|Avv|Avvocato|Rag|Geom|Arch|Ingegner|Mag|Univ|Doktor"
)
TITLE_WORDS: Final = frozenset(TITLES.casefold().split("|")) | {"sr.ª", "dott.ssa", "sig.ra", "sig.na"}
TITLE_ENDINGS: Final = r"(?:\.?[ ]?(?:ra|na|ssa|ra\.|med|rer|nat|phil|jur|h\.c|habil|-Ing)\.?)*\.?"
GREETINGS: Final = (
    "Dear|Hi|Hello|Hey|Good morning|Good afternoon|Good evening|Liebe|Lieber|Liebes|Hallo|Guten Tag|Guten Morgen|"
    "Guten Abend|"
    "Sehr geehrte|Sehr geehrter|Geehrter|Geehrte|Werter|Werte|Servus|Moin|Grüß Gott|Grüezi|Cher|Chère|Chers|"
    "Bonjour|Bonsoir|Salut|"
    "Coucou|Estimado|Estimada|Querido|Querida|Apreciado|Apreciada|Hola|Buenos días|Buenas tardes|Muy señor mío|"
    "Gentile|Gentilissimo|Gentilissima|Egregio|Egregia|Caro|Cara|Carissimo|Carissima|Spettabile|Buongiorno|"
    "Buonasera|Ciao|Salve|Stimato"
)
CLOSINGS: Final = (
    r"(?:(?:with )?(?:kind|best|warm|warmest|kindest) (?:regards|wishes)|regards|best|cheers|"
    r"yours(?: (?:sincerely|faithfully|truly))?|"
    r"(?:yours |very )?sincerely(?: yours)?|respectfully(?: yours)?|many thanks|thanks(?: a lot| again)?|"
    r"thank you(?: very much)?|all the best|"
    r"love|take care|see you(?: soon)?|cordially|"
    r"(?:mit )?(?:freundliche[nm]?|besten?|herzlichen?|liebe[nr]?|viele[n]?|schöne[n]?|sonnige[n]?) (?:grüßen?|"
    r"grüssen?|gruß|gruss|dank)|hochachtungsvoll|"
    r"(?:lg|vg|mfg|bg)|herzlichst|danke(?: schön)?|vielen dank|grüße|gruß|bis bald|bis dann|bis später|"
    r"cordialement|bien (?:à vous|cordialement|à toi)|(?:très )?cordialement|(?:mes |nos )?(?:sincères |"
    r"meilleures |cordiales )?salutations"
    r"(?: distinguées| les meilleures)?|sincèrement|amicalement|respectueusement|merci(?: beaucoup| d'avance)?|"
    r"à bientôt|à plus(?: tard)?|(?:avec )?mes salutations|bises|"
    r"veuillez agréer[^\n]{0,90}|je vous prie[^\n]{0,90}|"
    r"(?:un )?(?:cordial )?(?:saludo|saludos)(?: cordiales)?|(?:le saluda )?atentamente|atte\.?|cordialmente|"
    r"un abrazo|(?:muchas )?gracias|"
    r"cordiales saludos|(?:reciba|reciban) [^\n]{0,60}|hasta pronto|hasta luego|con un saludo|besos|"
    r"(?:cordiali|distinti|cari|i più cordiali|i migliori) saluti|un saluto|saluti|cordialmente|in fede|un caro saluto|"
    r"grazie(?: mille)?|"
    r"a presto|a dopo|con un saluto|con osservanza|un abbraccio)"
)
LABELS: Final = (
    r"(?:full |first |last |family |given |user |customer |client |contact |patient |tenant |employee |account |"
    r"card ?holder |beneficiary )?name|"
    r"from|to|a|cc|bcc|attn|attention|contact(?: person)?|signed(?: by)?|signature|author|prepared by|written by|"
    r"approved by|reported by|"
    r"present|attendees|participants|attending|absent|apologies|anwesend|abwesend|entschuldigt|teilnehmer(?:in|"
    r"innen)?|présents?|participants|"
    r"absents?|excusés?|presentes|asistentes|participantes|presenti|partecipanti|assenti|tenant|landlord|patient|"
    r"employee|employer|client|customer|applicant|reporter|requester|melder(?:in)?|demandeur|demandeuse|buyer|"
    r"seller|witness|cardholder|"
    r"account holder|holder|"
    r"beneficiary|recipient|sender|owner|manager|supervisor|insured|borrower|guarantor|emergency contact|"
    r"physician|doctor|"
    r"(?:vor|nach|familien|kunden|geburts|ansprech)?name|von|an|ansprechpartner(?:in)?|bearbeiter(?:in)?|"
    r"sachbearbeiter(?:in)?|unterzeichner(?:in)?|"
    r"unterschrift|gezeichnet|gez\.?|z\.? ?hd\.?|mieter(?:in)?|vermieter(?:in)?|patient(?:in)?|kund(?:e|in)|"
    r"arbeitnehmer(?:in)?|arbeitgeber(?:in)?|"
    r"käufer(?:in)?|verkäufer(?:in)?|antragsteller(?:in)?|versicherungsnehmer(?:in)?|empfänger(?:in)?|"
    r"absender(?:in)?|inhaber(?:in)?|"
    r"kontoinhaber(?:in)?|karteninhaber(?:in)?|zeug(?:e|in)|autor(?:in)?|verfasser(?:in)?|geschäftsführer(?:in)?|"
    r"nom(?: et prénom| complet| de famille)?|prénom|de|à|contact|signé(?: par)?|locataire|bailleur|propriétaire|"
    r"client(?:e)?|salarié(?:e)?|"
    r"employeur|acheteur|vendeur|titulaire(?: du compte| de la carte)?|destinataire|expéditeur|bénéficiaire|"
    r"auteur|témoin|assuré(?:e)?|interlocuteur|"
    r"nombre(?: y apellidos| completo)?|apellidos?|para|contacto|firmado(?: por)?|firma|inquilin[oa]|"
    r"arrendador(?:a)?|arrendatari[oa]|paciente|"
    r"cliente|emplead[oa]|empleador|comprador(?:a)?|vendedor(?:a)?|titular(?: de la cuenta| de la tarjeta)?|"
    r"destinatari[oa]|remitente|beneficiari[oa]|"
    r"autor(?:a)?|testigo|solicitante|asegurad[oa]|"
    r"nome(?: e cognome| completo)?|cognome|da|contatto|firmato(?: da)?|inquilin[oa]|locator[ei]|conduttor[ei]|"
    r"paziente|dipendente|"
    r"datore di lavoro|acquirente|venditor[ei]|intestatari[oa](?: del conto| della carta)?|mittente|autore|"
    r"autrice|testimone|richiedente|"
    r"assicurat[oa]|referente"
)
ROLES: Final = (
    "heißt|heisst|s'appelle|se llama|si chiama|gehört|belongs to|appartient à|tenant|landlord|patient|colleague|"
    "client|customer|employee|manager|neighbour|neighbor|wife|husband|son|"
    "daughter|brother|sister|"
    "mother|father|friend|boss|assistant|partner|lawyer|attorney|doctor|witness|applicant|accountant|director|"
    "secretary|supervisor|"
    "contractor|plaintiff|defendant|nurse|teacher|student|uncle|aunt|cousin|grandmother|grandfather|fiancé|"
    "fiancée|signed by|on behalf of|called|"
    "named|written by|prepared by|contact|interviewed|represented by|care of|c/o|account of|behalf of|"
    "Mieter|Mieterin|Vermieter|Vermieterin|Patient|Patientin|Kollege|Kollegin|Kollegen|Kunde|Kundin|Kunden|"
    "Mitarbeiter|Mitarbeiterin|Nachbar|"
    "Nachbarin|Nachbarn|Frau|Mann|Sohn|Tochter|Bruder|Schwester|Mutter|Vater|Freund|Freundin|Chef|Chefin|Anwalt|"
    "Anwältin|Rechtsanwalt|"
    "Rechtsanwältin|Arzt|Ärztin|Zeuge|Zeugin|Zeugen|Geschäftsführer|Geschäftsführerin|Ansprechpartner|"
    "Ansprechpartnerin|Mandant|Mandantin|"
    "Steuerberater|Steuerberaterin|Sachbearbeiter|Sachbearbeiterin|Kläger|Klägerin|Beklagter|Beklagte|Lehrer|"
    "Lehrerin|Schüler|Schülerin|"
    "Onkel|Tante|Cousin|Cousine|Oma|Opa|Arbeitnehmer|Arbeitnehmerin|Hausmeister|namens|durch|vertreten durch|"
    "im Auftrag von|im Namen von|"
    "unterschrieben von|"
    "locataire|bailleur|propriétaire|patient|patiente|collègue|client|cliente|salarié|salariée|employé|employée|"
    "voisin|voisine|"
    "mari|fils|fille|frère|sœur|soeur|mère|père|ami|amie|patron|patronne|avocat|avocate|médecin|témoin|directeur|"
    "directrice|comptable|"
    "secrétaire|gérant|gérante|oncle|tante|nommé|nommée|pour le compte de|au nom de|par|signé par|représenté par|"
    "épouse|époux|"
    "inquilino|inquilina|arrendador|arrendadora|arrendatario|arrendataria|paciente|compañero|compañera|colega|"
    "empleado|empleada|"
    "vecino|vecina|mujer|marido|hijo|hija|hermano|hermana|madre|padre|amigo|amiga|jefe|jefa|abogado|abogada|"
    "médico|médica|testigo|"
    "director|directora|contable|secretario|secretaria|gerente|tío|tía|esposo|esposa|señor|señora|llamado|llamada|"
    "en nombre de|por cuenta de|"
    "firmado por|"
    "inquilina|inquilino|paziente|collega|dipendente|impiegato|impiegata|vicino|vicina|moglie|marito|figlio|"
    "figlia|fratello|sorella|"
    "amico|amica|capo|avvocato|medico|testimone|direttore|direttrice|commercialista|segretario|segretaria|zio|zia|"
    "di nome|per conto di|a nome di|firmato da"
)
MEETING: Final = (
    "(?:sp(?:oke|eak|oken|eaking)|talk(?:ed|ing)?|met|meet(?:ing)?|chat(?:ted)?|appointment|lunch|dinner|"
    "call)(?: \\w+){0,2} (?:with|to)|"
    "(?:sprach|spreche|gesprochen|rede\\w*|telefonier\\w*|traf|treffe\\w*|Gespräch|Termin|Telefonat|Rücksprache|"
    "Treffen)(?: \\w+){0,2} mit|"
    "(?:parlé?|parlons|discuté|rencontré|rendez-vous|entretien|réunion)(?: \\w+){0,2} (?:avec|à)|"
    "(?:hablé|hablado|hablar|reunión|reunido|quedado|quedé|cita|entrevista)(?: \\w+){0,2} con|"
    "(?:parlato|parlare|incontro|incontrato|appuntamento|colloquio|riunione)(?: \\w+){0,2} con|"
    "(?:results|records?|file|salary|signature|birthday|daughter|son|wife|husband|application|complaint|letter|"
    "diagnosis|medication|address|"
    "estate|death|visit|case|invoice|order) of|"
    "(?:Werte|Befunde?|Akte|Gehalt|Unterschrift|Geburtstag|Tochter|Sohn|Antrag|Beschwerde|Brief|Schreiben|"
    "Diagnose|Anschrift|Tod|Besuch|Fall|"
    "Rechnung|Ergebnisse|Daten) von|"
    "(?:résultats|dossier|salaire|signature|anniversaire|demande|plainte|lettre|diagnostic|adresse|décès|visite|"
    "facture) d[e']|"
    "(?:resultados|expediente|salario|firma|cumpleaños|solicitud|queja|carta|diagnóstico|dirección|visita|factura|"
    "historial) de|"
    "(?:risultati|cartella|stipendio|firma|compleanno|domanda|reclamo|lettera|diagnosi|indirizzo|visita|fattura|"
    "pratica) di|"
    "(?:it is|this is|it's) about|ask(?:ed)?|tell|told|email(?:ed)?|inform(?:ed)?|fragen Sie|frag|bitten Sie|"
    "informieren Sie|"
    "(?:es )?geht um|(?:gestern|heute|dann|danach|später|jetzt) (?:hat|ist|war)|demandez (?:\\w+ )?à|il s'agit de|"
    "pregunte (?:\\w+ )?a|se trata de|chieda (?:\\w+ )?a|si tratta di|according to|thanks to|laut|dank|grâce à|"
    "chez|gracias a|grazie a|selon|según|secondo|schrieb|sagte|rief|"
    "fragte|meinte|erklärte|antwortete|escribió|dijo"
)
"""What goes before the name of somebody who was met or whose something is."""
LEADS: Final = (
    "about|ask|asked|tell|told|email|emailed|inform|informed|sie|frag|um|hat|ist|war|with|to|of|mit|von|avec|à|de|"
    "d'|con|di|a|chez|dank|laut|selon|según|secondo|schrieb|sagte|rief|fragte|meinte|erklärte|"
    "antwortete|escribió|dijo"
)
"""The last words of those."""
AFTER: Final = (
    r"\(?(?:born|(?:de )?\d{1,3}[ \n](?:years|Jahre|ans|años|anni)|aged|residing|resident|living|of legal age|"
    r"hereinafter|date of birth|geboren|geb\.|wohnhaft|"
    r"nachfolgend|im Folgenden|"
    r"né[e]?[ ]le|né[e]?|demeurant|domicilié[e]?|ci-après|nacid[oa]|domiciliad[oa]|mayor de edad|con (?:DNI|NIE|"
    r"NIF|domicilio)|"
    r"nat[oa][ ]|residente|domiciliat[oa]|codice fiscale)"
)
_NO_NAME_WORDS: Final = """
team all everyone everybody sir madam sirs customer colleagues colleague friends there folks guys support service
department office hiring manager committee board members member staff ladies gentlemen recipient client clients tenant
tenants owner user users damen herren kolleginnen kollegen kollege kollegin freunde zusammen alle kunde kundin kunden
mieter mieterin leute mesdames messieurs madame monsieur équipe collègues collègue tous toutes tout cliente amis señor
señora señores señoras equipo todos todas compañeros compañeras colegas clientes amigos signore signori signora
colleghi colleghe tutti tutte clienti amici direttore company gmbh ag kg ohg se mbh ltd inc llc plc corp corporation
sarl sas sa srl spa bank university institute street road avenue january february march april may june july august
september october november december monday tuesday wednesday thursday friday saturday sunday januar februar märz mai
juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag janvier février mars avril juin
juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche enero febrero
marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes
sábado domingo gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre lunedì martedì mercoledì
giovedì venerdì sabato domenica phone tel telefon telefono teléfono téléphone mobile mobil fax email e-mail mail iban
address adresse dirección indirizzo invoice rechnung facture factura fattura contract vertrag contrat contrato
contratto date datum re subject betreff the a an and or but if in on at to from for with by of our your his her their
this that these those we you he she it they is are was regards wishes sincerely cheers grüße grüßen gruß gruss grüssen
saludos saludo saluti cordialement salutations bises abrazo abbraccio eje corredor later then yesterday today tomorrow
gestern heute morgen später danach hier demain ensuite puis ayer hoy mañana después luego ieri oggi domani poi dopo
please thank thanks as when yes no not und oder der die das den dem des ein eine wir sie er es ich ihr mein meine
unser unsere bitte danke wenn wie am im auf zum zur seit nach vor bei mit von hiermit anbei vielen le la les un une
nous vous il elle ils elles je notre votre mon ma merci veuillez suite voici pour avec dans el los las una nosotros
usted ustedes yo su sus mi mis nuestro nuestra gracias por favor adjunto con para lo gli i uno noi voi lei lui loro io
suo sua mio mia nostro nostra grazie prego per platz straße strasse weg north south east west new saint san santa king
queen president minister
"""
NO_NAMES: Final = frozenset(_NO_NAME_WORDS.split())
DEEDS: Final = (
    "called|said|says|wrote|signed|asked|asks|replied|phoned|agreed|agrees|told|paid|pays|lives|lived|wants|"
    "thinks|thought|sent|"
    "visited|explained|mentioned|promised|refused|complained|confirmed|apologised|apologized|resigned|smiled|rang|"
    "sagt|sagte|schrieb|schreibt|rief|ruft|unterschrieb|unterschreibt|fragte|fragt|bat|bittet|meinte|meint|"
    "erklärte|erklärt|antwortete|"
    "zahlt|zahlte|wohnt|wohnte|will|möchte|bestätigte|bestätigt|versprach|schickte|arbeitet|arbeitete|kündigte|"
    "hat (?:[^\\W\\d_]+ ){0,3}?(?:unterschrieben|angerufen|geschrieben|gesagt|gefragt|bezahlt|gezahlt|bestätigt|"
    "gekündigt|zugesagt|geantwortet)|"
    "dit|écrit|appelle|demande|répond|habite|veut|pense|travaille|paie|signe|"
    "(?:m'|nous |vous |lui )?a (?:dit|écrit|signé|appelé|demandé|répondu|payé|confirmé|expliqué|promis|refusé|"
    "téléphoné|accepté|envoyé)|"
    "dijo|dice|escribió|firmó|llamó|pidió|respondió|vive|quiere|piensa|trabaja|pagó|confirmó|explicó|prometió|"
    "aceptó|envió|preguntó|"
    "ha (?:dicho|escrito|firmado|llamado|pedido|respondido|pagado|confirmado|aceptado|enviado)|"
    "disse|scrisse|abita|vuole|pensa|lavora|firma|chiama|"
    "ha (?:detto|scritto|firmato|chiamato|chiesto|risposto|pagato|confermato|spiegato|promesso|accettato|inviato|"
    "telefonato)"
)
"""What people do and companies and places seldom."""
_NAMES_TOO_WORDS: Final = """
april may june august julio abril avril juin mai mars juli giugno aprile domingo sabato king queen north west east
new saint san santa minister street young
"""
NAMES_TOO: Final = frozenset(_NAMES_TOO_WORDS.split())
"""Those that are names all the same, after a title or a greeting."""
PARTICLES: Final = (
    "(?:von|van|vom|de|zu|zum)(?: (?:der|den|dem|la|los|las|le))?|del|della|dello|delle|di|da|du|des|dos|ten|ter|"
    "el|al|bin|ibn|"
    "af|av|y|e|i|la|le"
)
_NOBODY: Final = (
    "info kontakt contact office mail admin support service sales team hello hallo noreply post billing rechnung"
)
EVERYBODY: Final = frozenset(_NOBODY.split())
"""Mail addresses of nobody in particular begin so."""
