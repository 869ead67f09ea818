"""Which languages the embedded voice speaks, and the engine's own name for each."""

from __future__ import annotations

from dataclasses import dataclass

from studio.errors import UnknownOption


@dataclass(frozen=True, slots=True)
class Language:
    """A language the embedded voice speaks."""

    tag: str
    """BCP 47: ``pt-BR``."""
    name: str
    engine_voice: str
    """espeak-ng's file name for it, which is not always the tag: ``fr`` but ``en-gb-x-rp``."""
    iso639_2: str
    """Three letters, as an MP4 track's language field takes them."""


_ALL = (
    Language("en", "English", "en-us", "eng"),
    Language("en-US", "English (United States)", "en-us", "eng"),
    Language("en-GB", "English (United Kingdom)", "en-gb-x-rp", "eng"),
    Language("ar", "Arabic", "ar", "ara"),
    Language("bg", "Bulgarian", "bg", "bul"),
    Language("bn", "Bengali", "bn", "ben"),
    Language("ca", "Catalan", "ca", "cat"),
    Language("cs", "Czech", "cs", "ces"),
    Language("da", "Danish", "da", "dan"),
    Language("de", "German", "de", "deu"),
    Language("el", "Greek", "el", "ell"),
    Language("es", "Spanish", "es", "spa"),
    Language("es-419", "Spanish (Latin America)", "es-419", "spa"),
    Language("fa", "Persian", "fa", "fas"),
    Language("fi", "Finnish", "fi", "fin"),
    Language("fr", "French", "fr", "fra"),
    Language("gu", "Gujarati", "gu", "guj"),
    Language("he", "Hebrew", "he", "heb"),
    Language("hi", "Hindi", "hi", "hin"),
    Language("hr", "Croatian", "hr", "hrv"),
    Language("hu", "Hungarian", "hu", "hun"),
    Language("id", "Indonesian", "id", "ind"),
    Language("it", "Italian", "it", "ita"),
    Language("ja", "Japanese", "ja", "jpn"),
    Language("kn", "Kannada", "kn", "kan"),
    Language("ko", "Korean", "ko", "kor"),
    Language("ml", "Malayalam", "ml", "mal"),
    Language("mr", "Marathi", "mr", "mar"),
    Language("ms", "Malay", "ms", "msa"),
    Language("nb", "Norwegian", "nb", "nob"),
    Language("nl", "Dutch", "nl", "nld"),
    Language("pa", "Punjabi", "pa", "pan"),
    Language("pl", "Polish", "pl", "pol"),
    Language("pt", "Portuguese", "pt", "por"),
    Language("pt-BR", "Portuguese (Brazil)", "pt-br", "por"),
    Language("ro", "Romanian", "ro", "ron"),
    Language("ru", "Russian", "ru", "rus"),
    Language("sk", "Slovak", "sk", "slk"),
    Language("sv", "Swedish", "sv", "swe"),
    Language("ta", "Tamil", "ta", "tam"),
    Language("te", "Telugu", "te", "tel"),
    Language("th", "Thai", "th", "tha"),
    Language("tr", "Turkish", "tr", "tur"),
    Language("uk", "Ukrainian", "uk", "ukr"),
    Language("ur", "Urdu", "ur", "urd"),
    Language("vi", "Vietnamese", "vi", "vie"),
    Language("zh", "Chinese (Mandarin)", "cmn", "zho"),
)

LANGUAGES: dict[str, Language] = {language.tag: language for language in _ALL}

VARIANTS = ("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8")
"""Timbres that can be laid over any language's voice. The engine has more; the others clip."""

_BY_FOLDED_TAG = {language.tag.lower(): language for language in _ALL}
_BY_FOLDED_TAG |= {"cmn": LANGUAGES["zh"], "no": LANGUAGES["nb"], "iw": LANGUAGES["he"]}
_ENGINE_VOICES = frozenset(language.engine_voice for language in _ALL) | {"en-gb-scotland"}


def find_language(tag: str) -> Language:
    """The language of a BCP 47 tag; an unknown region falls back to the language alone.

    Raises:
        UnknownOption: no voice speaks the language.
    """
    parts = tag.strip().lower().replace("_", "-").split("-")
    while parts:
        if found := _BY_FOLDED_TAG.get("-".join(parts)):
            return found
        parts.pop()
    raise UnknownOption(
        f"No voice speaks the language {tag!r}. Languages: {', '.join(sorted(LANGUAGES))}."
    )


def engine_voice(language: Language, voice: str | None = None) -> str:
    """The engine's voice for a language, in the timbre that a presenter's voice names.

    ``engine_voice(german, "en-us+f4")`` is ``"de+f4"``: presenters keep their timbre in every
    language, and their own accent where they speak the language themselves.

    Raises:
        UnknownOption: the voice is not one of ours.
    """
    if not voice:
        return language.engine_voice
    base, _, variant = voice.strip().partition("+")
    base = base.lower()
    if base not in _ENGINE_VOICES or ("+" in voice and variant not in VARIANTS):
        raise UnknownOption(
            f"There is no voice {voice!r}. A voice is a base such as 'en-us' or 'de', and perhaps "
            f"one of +{', +'.join(VARIANTS)}."
        )
    is_native = "-" not in language.tag and base.partition("-")[0] == language.tag
    own = base if is_native else language.engine_voice
    return f"{own}+{variant}" if variant else own
