"""Furniture in other languages goes; sentences that begin like furniture stay; no line takes long."""

from __future__ import annotations

import time

import pytest

from monitor.articles.clean import clean

BODY = (
    "Der Hafenrat von Vellmar hat am Dienstag nach elf Jahren Streit den Bau einer neuen Mole beschlossen.",
    "“Nous aurions pu partager les frais avec les îles”, a dit sa présidente, Odile Brandt, avant le vote.",
    "Radovi počinju u proljeće i trebali bi završiti prije sezone haringa, rekla je predsjednica uprave.",
    "フェリーの新しい桟橋は春に着工し、ニシン漁の季節が始まる前に完成する見通しだと港湾委員会は火曜日に発表した。",
)


@pytest.mark.parametrize(
    "furniture",
    [
        "Startseite > Politik > Region",
        "Accueil › Économie",
        "ホーム > 経済",
        "Zum Inhalt springen",
        "Sie sind hier:",
        "Wir verwenden Cookies, um Ihre Erfahrung zu verbessern.",
        "Ce site utilise des cookies pour améliorer votre expérience.",
        "Utilizamos cookies propias y de terceros para mejorar su experiencia.",
        "Questo sito utilizza cookie per migliorare la tua esperienza.",
        "Ova stranica koristi kolačiće (cookies) radi boljeg korisničkog iskustva.",
        "Мы используем cookie, чтобы сайт работал лучше.",
        "Alle akzeptieren",
        "Teilen auf Facebook",
        "Partager sur Twitter",
        "Compartir en WhatsApp",
        "Podijeli na Facebook",
        "シェアする",
        "Facebook | Telegram | VK | E-Mail",
        "Lesen Sie auch: Zehn Wege an der Küste",
        "Ver también: Diez paseos por la costa",
        "Leggi anche: Dieci passeggiate sul mare",
        "Leia também: Dez passeios",
        "Czytaj także: Dziesięć spacerów",
        "Pročitajte još: Deset šetnji",
        "Читайте также: Десять прогулок у моря",
        "関連記事：海辺の散歩道",
        "相关阅读",
        "Ihre E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind mit * markiert",
        "Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *",
        "Alle Rechte vorbehalten.",
        "Abonnez-vous à notre lettre quotidienne",
        "Notice: Undefined index: lang in /srv/seite/theme/single.php on line 368",
        "Deprecated: Function create_function() is deprecated in /srv/web/share.php on line 88",
    ],
)
def test_furniture_of_many_languages_is_cut(furniture: str) -> None:
    assert clean("\n".join([BODY[0], furniture, *BODY[1:]])).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "form",
    [
        "Kommentar hinterlassen",
        "Laisser un commentaire",
        "Deja una respuesta",
        "Lascia un commento",
        "Deixe um comentário",
        "Dodaj komentarz",
        "Добавить комментарий",
        "コメントを残す",
    ],
)
def test_a_comment_form_ends_the_article(form: str) -> None:
    assert clean("\n".join([*BODY, form, "Karl, Insel Ost", "14:05"])).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "line",
    [
        "Fuente: EFE",
        "Источник: ТАСС",
        "来源：新华社",
        "(PAP)",
        "Mit Material von dpa und AFP",
        "Reporting by Odile Brandt in Vellmar; Editing by Karl Oster",
        "(With inputs from agencies)",
        "Via Reuters",
        "The post Harbour board approves new pier appeared first on Tidewater Gazette.",
        "This story has been published from a wire agency feed without modifications to the text.",
        "Dieser Artikel erschien zuerst im Küstenblatt.",
        "Cet article a été initialement publié dans Le Courrier des îles.",
        "Este artículo fue publicado originalmente en El Faro.",
        "Questo articolo è stato pubblicato in origine su La Baia.",
        "Ovaj članak je izvorno objavljen u Primorskom listu.",
    ],
)
def test_source_lines_of_many_languages_are_cut_and_kept_as_credit(line: str) -> None:
    cleaned = clean("\n".join([*BODY, line]))
    assert (cleaned.text, cleaned.credits) == ("\n".join(BODY), (line,))


@pytest.mark.parametrize(
    "sentence",
    [
        "Next they visited the lighthouse where they had met",
        "Watch-makers in Geneva fear the new tariff, their chamber said on Monday.",
        "Watch makers fear the tariff",
        "Related-party deals were examined by the auditors for the first time.",
        "Related research by the institute was published last year",
        "Copyright law protects authors for seventy years after their death, the court ruled.",
        "(c) the board shall publish the minutes of its meetings within a week.",
        "The story was first published by a small press in 1843 and has never been out of print.",
        "The report, first published in March, found that fares had risen twice as fast as wages.",
        "The report was published by the state news agency on Monday.",
        "Report by auditors found no fault.",
        "Words from a teacher changed her life.",
        "With reporting from the front forbidden, editors rely on drones.",
        "Like many on Facebook, he shared the false claim.",
        "Was this the end of the affair?",
        "Register offices across the islands are to close today after a dispute over pay.",
        "Continue reading to children even when they are ten, teachers advise.",
        "JavaScript is not Java, its inventor liked to say.",
        "Under the draft law a page that says 'we use cookies' must also offer a way to refuse.",
        "By using an old ferry the line broke the terms of its licence, the court found.",
        "More on islands than on the coast",
        "Sharing the cost was never an option, the mayor said.",
        "Kommentar der Woche war der eines Fischers, der keine Mole will.",
        "Anzeige erstattete die Reederei noch am selben Tag.",
        "Home rule for the islands has been debated for a century.",
        "Reuters said on Monday that it would open an office in Vellmar.",
        "Warning: the pier may be slippery, a sign says on every line of the stairs.",
    ],
)
def test_a_sentence_that_begins_like_furniture_stays(sentence: str) -> None:
    text = "\n".join([*BODY, sentence, BODY[0]])
    assert clean(text).text == text
    assert clean(text).credits == ()


def test_related_links_between_paragraphs_do_not_end_the_article() -> None:
    links = ["Related articles", "Goat elected mayor"]
    text = [BODY[0], *links, *BODY[1:], "A second vote", BODY[0], "What comes next"]
    assert clean("\n".join(text)).text == "\n".join(line for line in text if line != "Related articles")


def test_a_heading_between_paragraphs_stays_wherever_it_stands() -> None:
    text = [*BODY, "Related articles", "Goat elected mayor", BODY[0], "A second vote", BODY[1], "Weather"]
    assert clean("\n".join(text)).text == "\n".join([*BODY, BODY[0], "A second vote", BODY[1]])


@pytest.mark.parametrize(
    "box",
    [
        [
            "About the author",
            "Ottilie Marren",
            "She has lived on the islands since she was nine and keeps goats there.",
        ],
        ["Über die Autorin", "Ottilie Marren lebt seit ihrer Kindheit auf den Inseln und hält Ziegen."],
        ["Ottilie Marren", "Ottilie Marren is a reporter for the Courier and covers the islands."],
        ["Ottilie Marren", "Ottilie Marren est journaliste au Courrier et suit la vie des îles."],
    ],
)
def test_an_author_box_is_cut(box: list[str]) -> None:
    assert clean("\n".join([*BODY, *box])).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "lines",
    [
        ["Odile Brandt", "The chair of the board has led it for nine years and won every vote but one."],
        ["Ottilie Marren is a reporter who was held in Vellmar for a day, the union of journalists said."],
    ],
)
def test_a_name_or_a_reporter_in_an_article_is_no_author_box(lines: list[str]) -> None:
    text = "\n".join([*BODY, *lines])
    assert clean(text).text == text


@pytest.mark.parametrize(
    "piece", ["> ", " | b", " → b", "share ", "Facebook ", "a ", "Ab. ", "tags: ", "by A, ", "cookies ", ". "]
)
@pytest.mark.parametrize(
    "start", ["Home ", "a", "Share ", "Reporting by A", "We use ", "This story was published ", "Read more"]
)
def test_no_line_takes_long(start: str, piece: str) -> None:
    line = (start + piece * 400)[:398] + ".!"
    began = time.process_time()
    clean("\n".join([line] * 5))
    assert time.process_time() - began < 0.25
