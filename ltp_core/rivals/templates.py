"""Hand-written prompts: a sentence around the text, in English or in the text's own language.

    dog; face, pet is a kind of <mask>.          Hund; Gesicht, Tier ist eine Art <mask>.

There is one template for single texts and one for pairs in each of the 20 high-resource languages.
The English one for single texts was chosen on dev from a few wordings: "The topic is ..." did no
better than chance there, this one more than twice as well. The others are our translations, with a
slot where the dictionary form of a noun fits, or nearly; no native speaker has checked them. The 31
low-resource languages have none and get the English one. That is the point of the comparison: a
hand-written prompt needs an author for each language, and LTP does not.

The label words are the task's English ones unless `words=True`, then those of `WORDS`.

Reading order: `template`, `translated`, `follow`.

What it does not do: score. `cloze.py` makes rows of a template, `prompt.py` reads the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ..stage2.prompt import PromptModel

M = TypeVar("M", bound="PromptModel")

ONE = {  # "... is a kind of ..."
    "en": "{text} is a kind of {mask}.",
    "ar": "{text} هو نوع من {mask}.",
    "bg": "{text} е вид {mask}.",
    "de": "{text} ist eine Art {mask}.",
    "el": "{text} είναι {mask}.",
    "es": "{text} es un tipo de {mask}.",
    "fr": "{text} est une sorte de {mask}.",
    "hi": "{text} एक प्रकार का {mask} है।",
    "ru": "{text} — это {mask}.",
    "sw": "{text} ni aina ya {mask}.",
    "th": "{text} เป็น{mask}ชนิดหนึ่ง",
    "tr": "{text} bir tür {mask}.",
    "ur": "{text} ایک قسم کا {mask} ہے۔",
    "vi": "{text} là một loại {mask}.",
    "zh": "{text}是一种{mask}。",
    "pt": "{text} é um tipo de {mask}.",
    "id": "{text} adalah sejenis {mask}.",
    "ko": "{text}: {mask}의 한 종류입니다.",
    "fa": "{text} نوعی {mask} است.",
    "uk": "{text} — це {mask}.",
}
TWO = {  # "... Question: ...? Answer: ..."
    "en": "{text} Question: {pair}? Answer: {mask}.",
    "ar": "{text} السؤال: {pair}؟ الجواب: {mask}.",
    "bg": "{text} Въпрос: {pair}? Отговор: {mask}.",
    "de": "{text} Frage: {pair}? Antwort: {mask}.",
    "el": "{text} Ερώτηση: {pair}; Απάντηση: {mask}.",
    "es": "{text} Pregunta: ¿{pair}? Respuesta: {mask}.",
    "fr": "{text} Question : {pair} ? Réponse : {mask}.",
    "hi": "{text} प्रश्न: {pair}? उत्तर: {mask}।",
    "ru": "{text} Вопрос: {pair}? Ответ: {mask}.",
    "sw": "{text} Swali: {pair}? Jibu: {mask}.",
    "th": "{text} คำถาม: {pair}? คำตอบ: {mask}",
    "tr": "{text} Soru: {pair}? Cevap: {mask}.",
    "ur": "{text} سوال: {pair}؟ جواب: {mask}۔",
    "vi": "{text} Câu hỏi: {pair}? Trả lời: {mask}.",
    "zh": "{text}问题：{pair}？答案：{mask}。",
    "pt": "{text} Pergunta: {pair}? Resposta: {mask}.",
    "id": "{text} Pertanyaan: {pair}? Jawaban: {mask}.",
    "ko": "{text} 질문: {pair}? 답: {mask}.",
    "fa": "{text} پرسش: {pair}؟ پاسخ: {mask}.",
    "uk": "{text} Питання: {pair}? Відповідь: {mask}.",
}
_WORDS = """
en | emotion, people, animal, food, travel, activity, object, symbol, yes, maybe, no
ar | عاطفة, ناس, حيوان, طعام, سفر, نشاط, شيء, رمز, نعم, ربما, لا
bg | емоция, хора, животно, храна, пътуване, дейност, предмет, символ, да, може би, не
de | Gefühl, Menschen, Tier, Essen, Reise, Aktivität, Gegenstand, Symbol, ja, vielleicht, nein
el | συναίσθημα, άνθρωποι, ζώο, φαγητό, ταξίδι, δραστηριότητα, αντικείμενο, σύμβολο, ναι, ίσως, όχι
es | emoción, gente, animal, comida, viaje, actividad, objeto, símbolo, sí, quizás, no
fr | émotion, personnes, animal, nourriture, voyage, activité, objet, symbole, oui, peut-être, non
hi | भावना, लोग, जानवर, भोजन, यात्रा, गतिविधि, वस्तु, प्रतीक, हाँ, शायद, नहीं
ru | эмоция, люди, животное, еда, путешествие, занятие, предмет, символ, да, возможно, нет
sw | hisia, watu, mnyama, chakula, safari, shughuli, kitu, alama, ndiyo, labda, hapana
th | อารมณ์, ผู้คน, สัตว์, อาหาร, การเดินทาง, กิจกรรม, สิ่งของ, สัญลักษณ์, ใช่, อาจจะ, ไม่
tr | duygu, insanlar, hayvan, yemek, seyahat, etkinlik, nesne, sembol, evet, belki, hayır
ur | جذبہ, لوگ, جانور, کھانا, سفر, سرگرمی, چیز, علامت, ہاں, شاید, نہیں
vi | cảm xúc, con người, động vật, thức ăn, du lịch, hoạt động, đồ vật, biểu tượng, có, có lẽ, không
zh | 情感, 人, 动物, 食物, 旅行, 活动, 物品, 符号, 是, 也许, 不
pt | emoção, pessoas, animal, comida, viagem, atividade, objeto, símbolo, sim, talvez, não
id | emosi, orang, hewan, makanan, perjalanan, kegiatan, benda, simbol, ya, mungkin, tidak
ko | 감정, 사람, 동물, 음식, 여행, 활동, 물건, 기호, 예, 아마, 아니요
fa | احساس, مردم, حیوان, غذا, سفر, فعالیت, شیء, نماد, بله, شاید, نه
uk | емоція, люди, тварина, їжа, подорож, діяльність, предмет, символ, так, можливо, ні
"""
_ROWS = [line.split(" | ") for line in _WORDS.strip().splitlines()]
WORDS = {  # language -> English word -> its translation
    code: dict(zip(_ROWS[0][1].split(", "), row.split(", "), strict=True)) for code, row in _ROWS
}


def template(language: str, *, pair: bool = False) -> str:
    """The language's own template; the English one where there is none.

    >>> template("de")
    '{text} ist eine Art {mask}.'
    >>> template("qu") == template("en")
    True
    """
    table = TWO if pair else ONE
    return table.get(language, table["en"])


def translated(words: Sequence[str], language: str) -> tuple[str, ...]:
    """English label words in another language; the English ones where there is no table for it.

    Raises:
        ValueError: the table lacks one of the words.

    >>> translated(["food", "animal"], "sw"), translated(["food", "animal"], "qu")
    (('chakula', 'mnyama'), ('food', 'animal'))
    """
    table = WORDS.get(language)
    if table is None or language == "en":
        return tuple(words)
    if unknown := [word for word in words if word not in table]:
        raise ValueError(
            f"the label word {unknown[0]!r} has no translation here; there are "
            f"{', '.join(table)}; use the English words, or add a column to templates._WORDS"
        )
    return tuple(table[word] for word in words)


def follow(model: M, *, words: bool = False) -> M:
    """Let the model change its template, and with `words` its label words, with the language.

    >>> from ltp_core.stage2.prompt import PromptModel
    >>> from ltp_core.model.toy import toy_backbone
    >>> from ltp_core.training.options import Form
    >>> form = Form(template=template("en"))
    >>> model = follow(PromptModel(toy_backbone(), ["food", "animals"], 0, form))
    >>> model.set_language("tr")
    >>> model.template, model.words
    ('{text} bir tür {mask}.', ('food', 'animals'))
    """
    english, pair = model.words, "{pair}" in (model.template or "")

    def set_language(language: str) -> None:
        model.reword(
            translated(english, language) if words else english, template(language, pair=pair)
        )

    model.set_language = set_language
    return model
