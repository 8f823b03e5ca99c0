"""Faker's locale for a country, by its code or by the names that people give it."""

from __future__ import annotations

import functools
import re
import unicodedata

from datagen_chat.faking.catalog import locales

_TABLE = """
sq_AL AL ALB Albania, Shqipëri, Shqipëria
fr_DZ DZ DZA Algeria, Algérie, Algerien, الجزائر
es_AR AR ARG Argentina, Argentinien
hy_AM AM ARM Armenia, Hayastan, Հայաստան
en_AU AU AUS Australia, Australien
de_AT AT AUT Austria, Österreich, Oesterreich
az_AZ AZ AZE Azerbaijan, Azərbaycan
ar_BH BH BHR Bahrain, البحرين
bn_BD BD BGD Bangladesh, বাংলাদেশ
nl_BE BE BEL Belgium, België, Belgique, Belgien
bs_BA BA BIH Bosnia and Herzegovina, Bosnia, Bosnia & Herzegovina, Bosna i Hercegovina
pt_BR BR BRA Brazil, Brasil, Brasilien
bg_BG BG BGR Bulgaria, България, Bulgarien
en_CA CA CAN Canada, Kanada
es_CL CL CHL Chile
zh_CN CN CHN China, People's Republic of China, PRC, PR China, 中国, Mainland China
es_CO CO COL Colombia, Kolumbien
hr_HR HR HRV Croatia, Hrvatska, Kroatien
el_CY CY CYP Cyprus, Κύπρος, Zypern
cs_CZ CZ CZE Czech Republic, Czechia, Česko, Česká republika, Tschechien
da_DK DK DNK Denmark, Danmark, Dänemark
ar_EG EG EGY Egypt, مصر, Ägypten
et_EE EE EST Estonia, Eesti, Estland
am_ET ET ETH Ethiopia, ኢትዮጵያ
fi_FI FI FIN Finland, Suomi, Finnland
fr_FR FR FRA France, Frankreich
ka_GE GE GEO Georgia, საქართველო, Sakartvelo
de_DE DE DEU Germany, Deutschland, Allemagne, Alemania, Federal Republic of Germany, GER
tw_GH GH GHA Ghana
el_GR GR GRC Greece, Ελλάδα, Hellas, Griechenland, EL
hu_HU HU HUN Hungary, Magyarország, Ungarn
is_IS IS ISL Iceland, Ísland
hi_IN IN IND India, भारत, Bharat, Indien
id_ID ID IDN Indonesia, Indonesien
fa_IR IR IRN Iran, Islamic Republic of Iran, Iran Islamic Republic of, ایران
en_IE IE IRL Ireland, Republic of Ireland, Éire, Irland
he_IL IL ISR Israel, ישראל
it_IT IT ITA Italy, Italia, Italien
ja_JP JP JPN Japan, 日本, Nippon
ar_JO JO JOR Jordan, الأردن
en_KE KE KEN Kenya
lv_LV LV LVA Latvia, Latvija, Lettland
de_LI LI LIE Liechtenstein
lt_LT LT LTU Lithuania, Lietuva, Litauen
lb_LU LU LUX Luxembourg, Lëtzebuerg, Luxemburg
en_MS MY MYS Malaysia
mt_MT MT MLT Malta
es_MX MX MEX Mexico, México, Mexiko
ne_NP NP NPL Nepal, नेपाल
nl_NL NL NLD Netherlands, Nederland, Pays-Bas, Holland, Kingdom of the Netherlands, Niederlande
en_NZ NZ NZL New Zealand, Aotearoa
en_NG NG NGA Nigeria
mk_MK MK MKD North Macedonia, Macedonia, Северна Македонија, Republic of North Macedonia
no_NO NO NOR Norway, Norge, Norwegen
en_PK PK PAK Pakistan, پاکستان
ar_PS PS PSE Palestine, State of Palestine, Palestinian Territories, فلسطين
en_PH PH PHL Philippines, Pilipinas, Philippinen
pl_PL PL POL Poland, Polska, Polen
pt_PT PT PRT Portugal
ro_RO RO ROU Romania, România, Rumänien
ru_RU RU RUS Russia, Russian Federation, Россия, Российская Федерация, Russland
ar_SA SA SAU Saudi Arabia, Kingdom of Saudi Arabia, KSA, السعودية, Saudi-Arabien
sk_SK SK SVK Slovakia, Slovensko, Slovak Republic, Slowakei
sl_SI SI SVN Slovenia, Slovenija, Slowenien
zu_ZA ZA ZAF South Africa, Südafrika, Suid-Afrika, RSA, Republic of South Africa
ko_KR KR KOR South Korea, Korea, Republic of Korea, Korea Republic of, Korea South, S. Korea, ROK, 대한민국, 한국, Südkorea
es_ES ES ESP Spain, España, Spanien
si_LK LK LKA Sri Lanka, ශ්‍රී ලංකාව
sv_SE SE SWE Sweden, Sverige, Schweden
de_CH CH CHE Switzerland, Schweiz, Suisse, Svizzera
zh_TW TW TWN Taiwan, Republic of China, Taiwan Province of China, 台灣, 臺灣
th_TH TH THA Thailand, ประเทศไทย
tr_TR TR TUR Turkey, Türkiye, Türkei, Republic of Türkiye, Turquie
uk_UA UA UKR Ukraine, Україна
ar_AE AE ARE United Arab Emirates, UAE, U.A.E., Emirates, الإمارات
en_GB GB GBR United Kingdom, UK, U.K., Great Britain, Britain, England, Scotland, Wales, Northern Ireland
en_US US USA United States, United States of America, America, U.S., U.S.A., Estados Unidos, États-Unis, Vereinigte Staaten
es_VE VE VEN Venezuela, Bolivarian Republic of Venezuela, Venezuela Bolivarian Republic of
uz_UZ UZ UZB Uzbekistan, Oʻzbekiston
vi_VN VN VNM Vietnam, Viet Nam, Việt Nam
"""

_LANGUAGES = """
en_US English, en, American, American English
en_GB British, British English
de_DE German, Deutsch
fr_FR French, Français
es_ES Spanish, Español, Castellano
it_IT Italian, Italiano
nl_NL Dutch, Nederlands
pt_BR Brazilian, Brazilian Portuguese
pt_PT European Portuguese
da_DK Danish, Dansk, da
sv_SE Swedish, Svenska
no_NO Norwegian, Norsk, Bokmål, nb
fi_FI Finnish, Suomeksi
is_IS Icelandic, Íslenska
pl_PL Polish, Polski
cs_CZ Czech, Čeština, cs
sk_SK Slovak, Slovenčina
sl_SI Slovenian, Slovene, Slovenščina
hr_HR Croatian, Hrvatski
hu_HU Hungarian, Magyar
ro_RO Romanian, Română
bg_BG Bulgarian, Български
mk_MK Macedonian, Македонски
sq_AL Albanian, Shqip
el_GR Greek, Ελληνικά
ru_RU Russian, Русский
uk_UA Ukrainian, Українська
et_EE Estonian, Eesti keel
lv_LV Latvian, Latviešu
lt_LT Lithuanian, Lietuvių
ga_IE Irish, Gaeilge
lb_LU Luxembourgish, Lëtzebuergesch
tr_TR Turkish, Türkçe
az_AZ Azerbaijani, Azeri, Azərbaycanca
hy_AM Armenian, Հայերեն, hy
ka_GE Georgian, ქართული, ka
uz_UZ Uzbek
ar_AA Arabic, العربية
he_IL Hebrew, עברית, he
fa_IR Persian, Farsi, فارسی, fa
hi_IN Hindi, हिन्दी, hi
bn_BD Bengali, Bangla, বাংলা
gu_IN Gujarati
mr_IN Marathi
or_IN Odia
ta_IN Tamil, தமிழ்
ne_NP Nepali, नेपाली
si_LK Sinhala, Sinhalese
zh_CN Chinese, Mandarin, Simplified Chinese, 中文, 简体中文, zh, zh-Hans
zh_TW Traditional Chinese, 繁體中文, zh-Hant
ja_JP Japanese, 日本語, ja
ko_KR Korean, 한국어, ko
th_TH Thai, ไทย
vi_VN Vietnamese, Tiếng Việt, vie
id_ID Indonesian, Bahasa Indonesia
sw Swahili, Kiswahili
zu_ZA Zulu, isiZulu
ha_NG Hausa
ig_NG Igbo
yo_NG Yoruba
"""
"""Languages by name, and by those codes that are no country's; where two countries speak one, both may claim it: Portuguese."""


def locale_for(name: str) -> str | None:
    """Return Faker's locale for a country's code or name, a language, or a locale however it is spelled; None for others.

    >>> locale_for("Deutschland"), locale_for("uk"), locale_for("pt-br"), locale_for("Japanese"), locale_for("Atlantis")
    ('de_DE', 'en_GB', 'pt_BR', 'ja_JP', None)
    """
    return _names().get(_plain(name[:100]))


def locale_of_tag(tag: str) -> str | None:
    """Return the one locale that a language tag means, whatever parts it; a language alone, where one locale speaks it.

    >>> [locale_of_tag(tag) for tag in ("de-DE", "en_UK", "zh-Hans-CN", "pt_br.UTF-8", "ja", "pt", "en_JP")]
    ['de_DE', 'en_GB', 'zh_CN', 'pt_BR', 'ja_JP', None, None]
    """
    language, *rest = re.split(r"[-_]", tag.strip().partition(".")[0])
    known, spoken = locales(), language.lower()
    if not rest:
        speaking = [spoken] if spoken in known else [name for name in known if name.partition("_")[0] == spoken]
        return speaking[0] if len(speaking) == 1 else None
    region = rest[-1].upper()
    named = f"{spoken}_{'GB' if region == 'UK' else region}"
    return named if named in known and len(rest) <= 2 else None


@functools.cache
def _names() -> dict[str, str]:
    known = locales()
    names = {_plain(locale): locale for locale in known if "_" in locale}
    for line in _LANGUAGES.strip().splitlines():
        locale, spoken = line.split(" ", 1)
        names |= {_plain(name): locale for name in spoken.split(", ")}
    for line in _TABLE.strip().splitlines():
        locale, two, three, rest = line.split(" ", 3)
        names |= {_plain(name): locale for name in (two, three, *rest.split(", "))}
    return {name: locale for name, locale in names.items() if locale in known}


def _plain(name: str) -> str:
    """Return a name without what spellings differ in: case, accents, punctuation, "the".

    >>> _plain("The Côte-d'Ivoire ")
    'cote d ivoire'
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = re.sub(r"[\W_]+", " ", letters).split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)
