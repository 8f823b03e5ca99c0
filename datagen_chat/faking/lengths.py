"""About how long Faker's texts are, and how many words the small pools have, known without Faker's data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_USUAL = 16.0
_LENGTHS = {
    1: (
        "ipv4_network_class passport_gender random_digit_not_null_or_empty random_digit_or_empty random_element random_letter "
        "random_lowercase_letter random_uppercase_letter"
    ),
    2: (
        "am_pm bank_country country_code currency_symbol current_country_code day_of_month language_code military_state month "
        "state_abbr"
    ),
    3: (
        "century credit_card_security_code cryptocurrency_code currency_code file_extension numerify prefix prefix_male "
        "prefix_nonbinary suffix suffix_female suffix_male suffix_nonbinary tld"
    ),
    4: (
        "building_number city_prefix city_suffix company_suffix country_calling_code hexify http_method lexify military_ship "
        "prefix_female uri_extension year"
    ),
    6: (
        "bothify credit_card_expire first_name first_name_female first_name_male first_name_nonbinary iana_id last_name "
        "last_name_female last_name_male last_name_nonbinary linux_processor locale mac_processor month_name postalcode "
        "postalcode_in_state postcode postcode_in_state safe_color_name street_suffix uri_page word zipcode zipcode_in_state"
    ),
    8: (
        "administrative_unit color cryptocurrency_name day_of_week domain_word ean8 hex_color language_name license_plate "
        "localized_ean8 pricetag safe_hex_color secondary_address state swift8 time unix_device upc_e"
    ),
    10: (
        "aba color_name country date ein file_name free_email_domain passport_number postalcode_plus4 pystr_format rgb_color "
        "swift unix_partition user_name zipcode_plus4"
    ),
    12: (
        "android_platform_token bank basic_phone_number city credit_card_provider current_country domain_name ean ean13 emoji "
        "invalid_ssn ipv4 ipv4_private ipv4_public isbn10 itin localized_ean localized_ean13 mime_type msisdn name "
        "name_female name_male name_nonbinary nic_handle safe_domain_name sbn9 ssn street_name swift11 upc_a uri_path"
    ),
    20: (
        "ascii_free_email ascii_safe_email bban doi email free_email hostname job job_female job_male military_apo "
        "military_dpo safe_email"
    ),
    24: "ascii_company_email ascii_email company_email iban iso8601 street_address url",
    32: "bs catch_phrase image_url mac_platform_token md5",
    36: "dga uuid1 uuid4 uuid7",
    40: "ios_platform_token ipv6 sha1",
    45: "address uri",
    64: "credit_card_full internet_explorer opera passport_full sha256",
    100: "chrome firefox user_agent",
    128: "safari",
}
"""The methods by the bytes of their texts in American English, where those are not about as many as usual."""
_WORDS = {
    1: "bank_country current_country current_country_code",
    2: "am_pm linux_platform_token linux_processor prefix_male",
    4: (
        "free_email_domain ipv4_network_class mac_processor military_ship military_state passport_gender prefix_female "
        "prefix_nonbinary safe_domain_name suffix_female"
    ),
    16: (
        "city_prefix company_suffix credit_card_provider day_of_week http_method month month_name prefix "
        "random_digit_not_null_or_empty random_digit_or_empty safe_color_name suffix suffix_male suffix_nonbinary tld "
        "uri_extension uri_page windows_platform_token"
    ),
    64: (
        "administrative_unit bank century city_suffix cryptocurrency_code cryptocurrency_name day_of_month file_extension "
        "random_letter random_lowercase_letter random_uppercase_letter state state_abbr year"
    ),
    256: (
        "android_platform_token color_name country country_code currency_code currency_name currency_symbol "
        "ios_platform_token language_code language_name mime_type street_suffix unix_device"
    ),
    1000: (
        "country_calling_code first_name first_name_female first_name_male first_name_nonbinary internet_explorer job "
        "job_female job_male last_name last_name_female last_name_male last_name_nonbinary locale mac_platform_token numerify "
        "pytimezone timezone unix_partition word"
    ),
    4096: "emoji safe_hex_color secondary_address uri_path",
}
"""The methods whose texts come from a pool that a file keeps once, by the most words of it."""
_LENGTH_OF = {name: float(length) for length, names in _LENGTHS.items() for name in names.split()}
_WORDS_OF = {name: float(words) for words, names in _WORDS.items() for name in names.split()}
_COUNTED = {
    "sentence": ("nb_words", 6, 6.0),
    "paragraph": ("nb_sentences", 3, 31.0),
    "password": ("length", 10, 1.0),
    "pystr": ("max_chars", 20, 1.0),
}
"""The argument that says how long a text is, its default, and the bytes of each of what it counts."""
_FORMS = ("text", "string_format", "letters")
_SHORT_TEXT, _LAST_SENTENCE, _LAST_WORD = 100, 45, 5


def usual_texts(method: str, args: Mapping[str, Any]) -> tuple[float, float]:
    """Return about how many bytes the texts of a method have, and how many words they are taken from, infinite for many.

    >>> usual_texts("paragraph", {"nb_sentences": 20}), usual_texts("month_name", {})
    ((620.0, inf), (6.0, 16.0))
    """
    return _length(method, args), math.inf if args else _WORDS_OF.get(method, math.inf)


def _number(args: Mapping[str, Any], name: str, usual: int) -> float:
    """Return an argument; what is no number is refused elsewhere."""
    given = args.get(name, usual)
    return float(given) if isinstance(given, int | float) else float(usual)


def _length(method: str, args: Mapping[str, Any]) -> float:
    if method == "text":
        most = _number(args, "max_nb_chars", 200)
        return max(most - (_LAST_SENTENCE if most >= _SHORT_TEXT else _LAST_WORD), 5.0)
    if method in _COUNTED:
        name, usual, each = _COUNTED[method]
        return each * _number(args, name, usual)
    for name in _FORMS:
        if isinstance(args.get(name), str):
            return float(len(args[name].encode()))
    return _LENGTH_OF.get(method, _USUAL)
