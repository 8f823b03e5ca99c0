"""The words that readings go by. Whatever stands in none of these lists is a name."""

from __future__ import annotations


def vocabulary(words: str) -> frozenset[str]:
    """Return the words of a text.

    >>> sorted(vocabulary("one two"))
    ['one', 'two']
    """
    return frozenset(words.split())


_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
UNITS = {word: float(value) for value, word in enumerate(_SMALL.split())}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: 10.0 * value for value, word in enumerate(_TENS.split(), 2)}
SCALES = {"dozen": 12.0, "hundred": 100.0, "thousand": 1e3, "k": 1e3, "million": 1e6, "mio": 1e6, "mln": 1e6, "mil": 1e6,
          "billion": 1e9, "trillion": 1e12, "lakh": 1e5, "crore": 1e7}  # fmt: skip
SCALES |= {f"{word}s": value for word, value in SCALES.items() if word.endswith(("d", "n", "h", "e"))}
FRACTIONS = {
    "half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "sixth": 1 / 6, "seventh": 1 / 7, "eighth": 1 / 8,
    "ninth": 1 / 9, "tenth": 1 / 10,
}  # fmt: skip
CURRENCIES = vocabulary("$ € £ ¥ euro euros eur dollar dollars usd pound pounds gbp chf bucks")
_MONTHS = (
    "january jan",
    "february feb",
    "march mar",
    "april apr",
    "may",
    "june jun",
    "july jul",
    "august aug",
    "september sep sept",
    "october oct",
    "november nov",
    "december dec",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
TIMES = vocabulary(
    "night nights "
    "second seconds sec minute minutes min hour hours day days week weeks weekday weekdays weekend weekends month months "
    "quarter quarters semester semesters year years decade decades jahr jahre jahren monat monate monaten tag tage tagen "
    "woche wochen stunde stunden minuten sekunden uhr ans an mois jours semaines heures años meses días semanas horas"
)
NO_THINGS = vocabulary(
    "times percent degrees celsius fahrenheit cents meters metres kilometers kilometres miles kilos kilograms grams tons "
    "tonnes watts volts bytes pixels points stars things ways parts lots decimals digits characters letters words places "
    "halves thirds fifths tenths plus minus news always perhaps yes this his its us thus bus gas status process address "
    "business access is was has does hers ours yours theirs others ones needs looks means makes takes gets goes comes wants "
    "seems works sounds prozent sometimes kg g mg lb lbs km m cm mm kb mb gb tb l ml ms kwh kw mw hz px pt v w c f x "
    "star kinds types sorts sets groups pieces pairs"
)
"""What is counted in numbers, and words that only look like plurals."""
IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "mice": "mouse", "feet": "foot", "teeth": "tooth",
    "indices": "index", "matrices": "matrix", "vertices": "vertex", "criteria": "criterion", "staff": "staff",
    "series": "series", "movies": "movie", "cookies": "cookie", "calories": "calorie", "aged": "age", "persons": "person",
    "aircraft": "aircraft",
    "leaves": "leave", "lives": "life", "shelves": "shelf", "analyses": "analysis", "diagnoses": "diagnosis",
    "buses": "bus", "bonuses": "bonus", "viruses": "virus", "campuses": "campus", "statuses": "status", "quizzes": "quiz",
}  # fmt: skip
FOREIGN = {
    "kunden": "customer", "kunde": "customer", "bestellungen": "order", "bestellung": "order", "produkte": "product",
    "produkt": "product", "benutzer": "user", "nutzer": "user", "rechnungen": "invoice", "mitarbeiter": "employee",
    "lieferungen": "delivery", "sendungen": "shipment", "geräte": "device", "messwerte": "reading", "filialen": "store",
    "studenten": "student", "kurse": "course", "patienten": "patient", "termine": "appointment", "lieferanten": "supplier",
    "commandes": "order", "produits": "product", "utilisateurs": "user", "employés": "employee", "factures": "invoice",
    "étudiants": "student", "cours": "course", "magasins": "store", "fournisseurs": "supplier", "clients": "client",
    "clientes": "customer", "pedidos": "order", "productos": "product", "usuarios": "user", "empleados": "employee",
    "facturas": "invoice", "estudiantes": "student", "cursos": "course", "tiendas": "store", "proveedores": "supplier",
}  # fmt: skip
"""Nouns of other languages that are common enough to be sure of."""
CHANGING = vocabulary(
    "increase increased raise change changed bump reduce reduced lower lowered cut bring grow scale move switch shift drop"
)
"""Verbs by which one number takes the place of another."""
REMOVING = vocabulary("remove drop delete forget ignore double triple halve")
"""Verbs behind which a number is not what shall be."""
STOPS = vocabulary(
    "a an the this that these those my our your his her its their some any all each every no none both either neither and "
    "or but nor so then than as at by for from in into of off on onto out over per to up with within without via about "
    "around between under below above after before since until during i you he she it we they them us me who which whose "
    "what that is are be been being am do does did will would shall should can could may might must have has had having not "
    "only also just more less fewer other others another extra additional remaining same last first next please yes no ok "
    "okay make made add added give use using want wants need needs like likes let set keep put get gets have order-of is "
    "too very much many few several most least if when where while because here there now today really quite still even "
    "already again called named except excluding besides "
    "und oder mit ohne je für von der die das den dem ein eine einen et ou avec sans par pour de des du la le "
    "les un une y o con sin por para el los las del"
)
"""Words that no name of a thing begins, ends or goes on with."""
