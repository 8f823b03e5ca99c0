"""Faker's locale for a country, by its code or by the names that people give it."""

from __future__ import annotations

import functools
import re
import unicodedata

from datagen_chat.faking.catalog import locales

_TABLE = """
sq_AL AL ALB Albania, Shqipëri, Shqipëria
fr_DZ DZ DZA Algeria, Algérie, Algerien
es_AR AR ARG Argentina, Argentinien
hy_AM AM ARM Armenia, Hayastan
en_AU AU AUS Australia, Australien
de_AT AT AUT Austria, Österreich, Oesterreich
az_AZ AZ AZE Azerbaijan, Azərbaycan
ar_BH BH BHR Bahrain
bn_BD BD BGD Bangladesh
nl_BE BE BEL Belgium, België, Belgique, Belgien
bs_BA BA BIH Bosnia and Herzegovina, Bosnia, Bosna i Hercegovina
pt_BR BR BRA Brazil, Brasil, Brasilien
bg_BG BG BGR Bulgaria, България, Bulgarien
en_CA CA CAN Canada, Kanada
es_CL CL CHL Chile
zh_CN CN CHN China, People's Republic of China, PRC, 中国, Mainland China
es_CO CO COL Colombia, Kolumbien
hr_HR HR HRV Croatia, Hrvatska, Kroatien
el_CY CY CYP Cyprus, Κύπρος, Zypern
cs_CZ CZ CZE Czech Republic, Czechia, Česko, Česká republika, Tschechien
da_DK DK DNK Denmark, Danmark, Dänemark
ar_EG EG EGY Egypt, مصر, Ägypten
et_EE EE EST Estonia, Eesti, Estland
am_ET ET ETH Ethiopia
fi_FI FI FIN Finland, Suomi, Finnland
fr_FR FR FRA France, Frankreich
ka_GE GE GEO Georgia, საქართველო
de_DE DE DEU Germany, Deutschland, Allemagne, Alemania, Federal Republic of Germany, GER
tw_GH GH GHA Ghana
el_GR GR GRC Greece, Ελλάδα, Hellas, Griechenland, EL
hu_HU HU HUN Hungary, Magyarország, Ungarn
is_IS IS ISL Iceland, Ísland
hi_IN IN IND India, भारत, Bharat, Indien
id_ID ID IDN Indonesia, Indonesien
fa_IR IR IRN Iran, Islamic Republic of Iran, ایران
en_IE IE IRL Ireland, Republic of Ireland, Éire, Irland
he_IL IL ISR Israel, ישראל
it_IT IT ITA Italy, Italia, Italien
ja_JP JP JPN Japan, 日本, Nippon
ar_JO JO JOR Jordan
en_KE KE KEN Kenya
lv_LV LV LVA Latvia, Latvija, Lettland
de_LI LI LIE Liechtenstein
lt_LT LT LTU Lithuania, Lietuva, Litauen
lb_LU LU LUX Luxembourg, Lëtzebuerg, Luxemburg
en_MS MY MYS Malaysia
mt_MT MT MLT Malta
es_MX MX MEX Mexico, México, Mexiko
ne_NP NP NPL Nepal
nl_NL NL NLD Netherlands, Nederland, Holland, Kingdom of the Netherlands, Niederlande
en_NZ NZ NZL New Zealand, Aotearoa
en_NG NG NGA Nigeria
mk_MK MK MKD North Macedonia, Macedonia
no_NO NO NOR Norway, Norge, Norwegen
en_PK PK PAK Pakistan
ar_PS PS PSE Palestine, State of Palestine
en_PH PH PHL Philippines, Pilipinas
pl_PL PL POL Poland, Polska, Polen
pt_PT PT PRT Portugal
ro_RO RO ROU Romania, România, Rumänien
ru_RU RU RUS Russia, Russian Federation, Россия, Russland
ar_SA SA SAU Saudi Arabia, Kingdom of Saudi Arabia, KSA
sk_SK SK SVK Slovakia, Slovensko, Slovak Republic, Slowakei
sl_SI SI SVN Slovenia, Slovenija, Slowenien
zu_ZA ZA ZAF South Africa, Südafrika
ko_KR KR KOR South Korea, Korea, Republic of Korea, 대한민국, 한국, Südkorea
es_ES ES ESP Spain, España, Spanien
si_LK LK LKA Sri Lanka
sv_SE SE SWE Sweden, Sverige, Schweden
de_CH CH CHE Switzerland, Schweiz, Suisse, Svizzera
zh_TW TW TWN Taiwan, 台灣, 臺灣
th_TH TH THA Thailand, ประเทศไทย
tr_TR TR TUR Turkey, Türkiye, Türkei
uk_UA UA UKR Ukraine, Україна
ar_AE AE ARE United Arab Emirates, UAE, Emirates
en_GB GB GBR United Kingdom, UK, Great Britain, Britain, England, Scotland, Wales, Northern Ireland
en_US US USA United States, United States of America, America, U.S., U.S.A.
uz_UZ UZ UZB Uzbekistan, Oʻzbekiston
vi_VN VN VNM Vietnam, Viet Nam, Việt Nam
"""


def locale_for(name: str) -> str | None:
    """Return Faker's locale for a country code, a country's name, or a locale however it is spelled; None for others.

    >>> locale_for("Deutschland"), locale_for("uk"), locale_for("pt-br"), locale_for("Atlantis")
    ('de_DE', 'en_GB', 'pt_BR', None)
    """
    return _names().get(_plain(name[:100]))


@functools.cache
def _names() -> dict[str, str]:
    names = {_plain(locale): locale for locale in locales() if "_" in locale}
    for line in _TABLE.strip().splitlines():
        locale, two, three, rest = line.split(" ", 3)
        names |= {_plain(name): locale for name in (two, three, *rest.split(", "))}
    return names


def _plain(name: str) -> str:
    """Return a name without what spellings differ in: case, accents, punctuation, "the".

    >>> _plain("The Côte-d'Ivoire ")
    'cote d ivoire'
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = re.sub(r"[\W_]+", " ", letters).split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)
