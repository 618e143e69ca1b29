"""Each language by itself: identified, stemmed, and a copy with edits is a candidate that verifies, in any script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.base.events import Article, Fingerprint
from monitor.fingerprint import fingerprint as module
from monitor.fingerprint.fingerprint import fingerprint
from monitor.fingerprint.words import words
from monitor.index.index import Index
from monitor.match.explain import explain
from monitor.match.text import Text
from monitor.match.verify import verify

# Language: a text, and two forms of one of its words.
TEXTS = {
    "ar": (
        "وافق مجلس الميناء في فيلمار يوم الثلاثاء على بناء رصيف جديد للعبارات بعد أحد عشر عاما من الجدل. وقالت رئيسة المجلس إن العمل يبدأ في الربيع وينتهي قبل موسم صيد الرنجة.",
        "المدرسة",
        "مدرسة",
    ),
    "ca": (
        "La junta del port de Vellmar va aprovar dimarts un nou moll per als transbordadors després d'onze anys de debat. La presidenta va dir que les obres començaran a la primavera i acabaran abans de la temporada de l'areng.",
        "pescador",
        "pescadors",
    ),
    "cs": (
        "Přístavní rada ve Vellmaru v úterý po jedenácti letech sporů schválila nové molo pro trajekty. Předsedkyně uvedla, že práce začnou na jaře a skončí před sezonou sledů.",
        "přístav",
        "přístavu",
    ),
    "da": (
        "Havnebestyrelsen i Vellmar godkendte tirsdag en ny færgemole efter elleve års debat. Formanden sagde, at arbejdet begynder til foråret og slutter inden sildesæsonen.",
        "havn",
        "havnen",
    ),
    "de": (
        "Der Hafenrat von Vellmar hat am Dienstag nach elf Jahren Streit einen neuen Anleger für die Fähren genehmigt. Die Vorsitzende sagte, die Arbeiten würden im Frühjahr beginnen und vor der Heringssaison enden.",
        "Fischer",
        "Fischern",
    ),
    "el": (
        "Το λιμενικό συμβούλιο του Βέλμαρ ενέκρινε την Τρίτη νέα προβλήτα για τα πλοία έπειτα από έντεκα χρόνια συζητήσεων. Η πρόεδρος είπε ότι οι εργασίες θα αρχίσουν την άνοιξη και θα τελειώσουν πριν από την εποχή της ρέγγας.",
        "λιμάνι",
        "λιμάνια",
    ),
    "en": (
        "The harbour board of Vellmar approved a new ferry pier on Tuesday after eleven years of debate. Its chair said that work would begin in spring and end before the herring season.",
        "approve",
        "approved",
    ),
    "es": (
        "La junta del puerto de Vellmar aprobó el martes un nuevo muelle para los transbordadores tras once años de debate. La presidenta dijo que las obras empezarán en primavera y terminarán antes de la temporada del arenque.",
        "pescador",
        "pescadores",
    ),
    "et": (
        "Vellmari sadamanõukogu kiitis teisipäeval pärast üheteistkümne aasta pikkust vaidlust heaks uue praamikai ehitamise. Esinaise sõnul algavad tööd kevadel ja lõpevad enne heeringahooaega.",
        "sadam",
        "sadamas",
    ),
    "eu": (
        "Vellmarreko portuko batzordeak ferrientzako kai berria onartu zuen asteartean, hamaika urteko eztabaidaren ondoren. Lehendakariak esan zuen lanak udaberrian hasiko direla eta sardinzarraren denboraldia baino lehen amaituko direla.",
        "portua",
        "portuak",
    ),
    "fa": (
        "هیئت بندر ولمار روز سه‌شنبه پس از یازده سال بحث ساخت اسکله تازه‌ای برای کشتی‌ها را تصویب کرد. رئیس هیئت گفت کار در بهار آغاز می‌شود و پیش از فصل صید به پایان می‌رسد.",
        "کتاب",
        "کتابها",
    ),
    "fi": (
        "Vellmarin satamalautakunta hyväksyi tiistaina uuden lauttalaiturin yhdentoista vuoden kiistan jälkeen. Puheenjohtajan mukaan työt alkavat keväällä ja päättyvät ennen sillikautta.",
        "satama",
        "satamassa",
    ),
    "fr": (
        "Le conseil du port de Vellmar a approuvé mardi un nouveau quai pour les bacs après onze ans de débat. Sa présidente a dit que les travaux commenceraient au printemps et finiraient avant la saison du hareng.",
        "pêcheur",
        "pêcheurs",
    ),
    "ga": (
        "Cheadaigh bord an chuain i Vellmar cé nua do na báid farantóireachta Dé Máirt tar éis aon bhliain déag de dhíospóireacht. Dúirt an cathaoirleach go dtosódh an obair san earrach agus go mbeadh deireadh léi roimh shéasúr na scadán.",
        "fear",
        "fhear",
    ),
    "hi": (
        "वेलमार के बंदरगाह बोर्ड ने ग्यारह साल की बहस के बाद मंगलवार को नौकाओं के लिए नए घाट को मंजूरी दी। अध्यक्ष ने कहा कि काम वसंत में शुरू होगा और मछली के मौसम से पहले खत्म होगा।",
        "लड़का",
        "लड़के",
    ),
    "hr": (
        "Lučka uprava u Vellmaru odobrila je u utorak novi gat za trajekte nakon jedanaest godina rasprave. Predsjednica je rekla da će radovi početi u proljeće i završiti prije sezone haringa.",
        "ribar",
        "ribari",
    ),
    "hu": (
        "A vellmari kikötői tanács tizenegy évi vita után kedden jóváhagyta az új kompmólót. Az elnök azt mondta, hogy a munka tavasszal kezdődik, és a heringszezon előtt véget ér.",
        "kikötő",
        "kikötőben",
    ),
    "hy": (
        "Վելմարի նավահանգստի խորհուրդը երեքշաբթի օրը տասնմեկ տարվա քննարկումներից հետո հաստատեց լաստանավերի նոր կառամատույցը։ Նախագահն ասաց, որ աշխատանքները կսկսվեն գարնանը և կավարտվեն ձկնորսության եղանակից առաջ։",
        "քաղաք",
        "քաղաքներ",
    ),
    "id": (
        "Dewan pelabuhan Vellmar pada hari Selasa menyetujui dermaga feri baru setelah sebelas tahun perdebatan. Ketuanya mengatakan bahwa pekerjaan akan dimulai pada musim semi dan berakhir sebelum musim ikan hering.",
        "pelabuhan",
        "pelabuhannya",
    ),
    "it": (
        "Il consiglio del porto di Vellmar ha approvato martedì un nuovo molo per i traghetti dopo undici anni di dibattito. La presidente ha detto che i lavori cominceranno in primavera e finiranno prima della stagione delle aringhe.",
        "pescatore",
        "pescatori",
    ),
    "lt": (
        "Velmaro uosto taryba antradienį po vienuolikos metų ginčų patvirtino naują keltų prieplauką. Pirmininkė sakė, kad darbai prasidės pavasarį ir baigsis prieš silkių sezoną.",
        "uostas",
        "uosto",
    ),
    "ne": (
        "भेलमारको बन्दरगाह बोर्डले एघार वर्षको बहसपछि मंगलबार डुंगाका लागि नयाँ घाट स्वीकृत गर्‍यो। अध्यक्षले काम वसन्तमा सुरु भएर माछा मार्ने मौसमअघि सकिने बताइन्।",
        "केटा",
        "केटालाई",
    ),
    "nl": (
        "Het havenbestuur van Vellmar heeft dinsdag na elf jaar debat een nieuwe pier voor de veerboten goedgekeurd. De voorzitter zei dat het werk in het voorjaar begint en voor het haringseizoen klaar is.",
        "visser",
        "vissers",
    ),
    "no": (
        "Havnestyret i Vellmar godkjente tirsdag en ny fergekai etter elleve års debatt. Lederen sa at arbeidet skal begynne til våren og være ferdig før sildesesongen.",
        "havn",
        "havnen",
    ),
    "pl": (
        "Rada portu w Vellmarze zatwierdziła we wtorek nowe molo dla promów po jedenastu latach sporów. Przewodnicząca powiedziała, że prace rozpoczną się wiosną i zakończą przed sezonem śledziowym.",
        "rybak",
        "rybakiem",
    ),
    "pt": (
        "O conselho do porto de Vellmar aprovou na terça-feira um novo cais para as balsas após onze anos de debate. A presidente disse que as obras começarão na primavera e terminarão antes da temporada do arenque.",
        "pescador",
        "pescadores",
    ),
    "ro": (
        "Consiliul portului Vellmar a aprobat marți un nou chei pentru feriboturi după unsprezece ani de dezbateri. Președinta a spus că lucrările vor începe în primăvară și se vor încheia înainte de sezonul heringului.",
        "pescar",
        "pescari",
    ),
    "ru": (
        "Совет порта Вельмар во вторник одобрил строительство нового паромного причала после одиннадцати лет споров. Председатель сказала, что работы начнутся весной и закончатся до сезона сельди.",
        "рыбак",
        "рыбаки",
    ),
    "sr": (
        "Лучка управа у Велмару одобрила је у уторак нови гат за трајекте после једанаест година расправе. Председница је рекла да ће радови почети у пролеће и завршити се пре сезоне харинги.",
        "рибар",
        "рибари",
    ),
    "sv": (
        "Hamnstyrelsen i Vellmar godkände på tisdagen en ny färjekaj efter elva års debatt. Ordföranden sade att arbetet ska börja i vår och vara klart före sillsäsongen.",
        "hamn",
        "hamnen",
    ),
    "ta": (
        "வெல்மார் துறைமுக வாரியம் பதினோரு ஆண்டு விவாதத்திற்குப் பிறகு செவ்வாய்க்கிழமை புதிய படகுத் துறைக்கு ஒப்புதல் அளித்தது. பணிகள் வசந்த காலத்தில் தொடங்கி மீன்பிடி பருவத்திற்கு முன் முடியும் என்று தலைவர் கூறினார்.",
        "துறைமுகம்",
        "துறைமுகத்தில்",
    ),
    "tr": (
        "Vellmar liman kurulu on bir yıllık tartışmanın ardından salı günü yeni feribot iskelesini onayladı. Başkan, çalışmaların ilkbaharda başlayacağını ve ringa sezonundan önce biteceğini söyledi.",
        "balıkçı",
        "balıkçılar",
    ),
}
# Languages without a stemmer, of many scripts; the last one is of several.
OTHERS = {
    "zh": "韦尔马港务委员会经过十一年的争论，于周二批准修建新的渡轮码头。委员会主席说，工程将于春季开工，并在鲱鱼汛期之前完工。",
    "ja": "フェルマー港湾委員会は火曜日、十一年に及ぶ議論の末に新しいフェリー桟橋の建設を承認した。委員長は、工事は春に始まりニシン漁の季節の前に終わると述べた。",
    "ko": "벨마르 항만위원회는 십일 년의 논쟁 끝에 화요일 새 여객선 부두 건설을 승인했다. 위원장은 공사가 봄에 시작되어 청어 철 전에 끝날 것이라고 말했다.",
    "th": "คณะกรรมการท่าเรือเวลมาร์อนุมัติท่าเรือข้ามฟากแห่งใหม่เมื่อวันอังคารหลังจากถกเถียงกันมาสิบเอ็ดปี ประธานกล่าวว่างานจะเริ่มในฤดูใบไม้ผลิและเสร็จก่อนฤดูปลาเฮอริง",
    "ka": "ველმარის პორტის საბჭომ სამშაბათს თერთმეტწლიანი დავის შემდეგ დაამტკიცა ბორნების ახალი ნავმისადგომი. თავმჯდომარემ თქვა, რომ სამუშაოები გაზაფხულზე დაიწყება და თევზაობის სეზონამდე დასრულდება.",
    "am": "የቬልማር ወደብ ቦርድ ከአስራ አንድ ዓመት ክርክር በኋላ ማክሰኞ ዕለት አዲስ የጀልባ ማረፊያ አጸደቀ። ሊቀመንበሯ ሥራው በጸደይ ተጀምሮ ከዓሣ ማጥመጃ ወቅት በፊት እንደሚያበቃ ተናግረዋል።",
    "bo": "བེལ་མར་གྲུ་ཁའི་ལྷན་ཚོགས་ཀྱིས་ལོ་བཅུ་གཅིག་གི་རྩོད་པའི་རྗེས་སུ་གཟའ་མིག་དམར་ལ་གྲུ་ཁ་གསར་པ་ཞིག་བཟོ་རྒྱུ་གཏན་འབེབས་བྱས། ཚོགས་གཙོས་ལས་ཀ་དཔྱིད་ཀར་འགོ་འཛུགས་རྒྱུ་དང་ཉ་འཛིན་དུས་ཚོད་སྔོན་ལ་ཚར་རྒྱུ་རེད་ཅེས་བཤད།",
    "he": "מועצת הנמל של ולמאר אישרה ביום שלישי רציף חדש למעבורות אחרי אחת עשרה שנות ויכוח. היושבת ראש אמרה שהעבודה תתחיל באביב ותסתיים לפני עונת ההרינג.",
    "bn": "ভেলমার বন্দর বোর্ড এগারো বছরের বিতর্কের পর মঙ্গলবার নতুন ফেরিঘাট অনুমোদন করেছে। সভাপতি বলেছেন যে কাজ বসন্তে শুরু হবে এবং মাছ ধরার মৌসুমের আগে শেষ হবে।",
    "my": "ဗယ်မာ ဆိပ်ကမ်းဘုတ်အဖွဲ့သည် ဆယ့်တစ်နှစ်ကြာ အငြင်းပွားပြီးနောက် အင်္ဂါနေ့တွင် ကူးတို့ဆိပ်သစ်ကို အတည်ပြုခဲ့သည်။ လုပ်ငန်းကို နွေဦးတွင် စတင်ပြီး ငါးဖမ်းရာသီမတိုင်မီ ပြီးဆုံးမည်ဟု ဥက္ကဋ္ဌက ပြောကြားခဲ့သည်။",
    "km": "ក្រុមប្រឹក្សាកំពង់ផែវែលម៉ាបានអនុម័តផែសាឡាងថ្មីកាលពីថ្ងៃអង្គារបន្ទាប់ពីការជជែកវែកញែកអស់រយៈពេលដប់មួយឆ្នាំ។ ប្រធានបាននិយាយថាការងារនឹងចាប់ផ្តើមនៅនិទាឃរដូវហើយបញ្ចប់មុនរដូវនេសាទ។",
    "mixed": "The Vellmar board said “Совет порта одобрил новый причал” and 新しい桟橋の建設を承認した in one breath on Tuesday. ველმარის საბჭომ დაამტკიცა, its chair added, before the herring season of the islands.",
}
ALL = {**{language: text for language, (text, _, _) in TEXTS.items()}, **OTHERS}


def printed(name: str, text: str) -> Fingerprint:
    return fingerprint(Article(id=name, url=name, first_seen_at=datetime(2026, 11, 1, tzinfo=UTC), text=text))


def edited(text: str) -> str:
    """The text with a word (or some characters) less and others more, at its two ends."""
    words_ = text.split(" ")
    if len(words_) < 12:
        return f"{text[4:]}Vellmar Courier 1931"
    return " ".join([*words_[1:-1], "1931", "Courier"])


@pytest.mark.parametrize("language", TEXTS)
def test_inflected_forms_have_one_stem(language: str) -> None:
    _, first, second = TEXTS[language]
    found = words(f"{first} {second}", language)
    assert found.word[0] != found.word[1]
    assert found.stem[0] == found.stem[1]


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_is_told_or_a_near_relative(language: str) -> None:
    near = {
        "no": {"nb", "nn", "da"},
        "da": {"nb", "no"},
        "hr": {"bs", "sr"},
        "sr": {"bs", "hr", "mk"},
        "id": {"ms", "jv"},
        "ne": {"hi", "mr"},
    }
    told = printed("a", TEXTS[language][0]).article.language
    assert told == language or told in near.get(language, set())


@pytest.mark.parametrize("language", ALL)
def test_an_edited_copy_is_a_candidate_and_verifies(language: str) -> None:
    earlier, later = printed("a", ALL[language]), printed("b", edited(ALL[language]))
    index = Index(timedelta(days=1))
    for other, text in ALL.items():
        if other != language:
            index.add(printed(other, text))
    index.add(earlier)
    assert index.candidates(later)[0] == "a"
    assert verify(Text.of(later), Text.of(earlier)) is not None


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("taken_for", ["xx", "en", "fi", "ru"])
def test_a_copy_that_is_taken_for_another_language_is_found_all_the_same(
    language: str, taken_for: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = printed("a", ALL[language])
    monkeypatch.setattr(module, "identify", lambda text: taken_for)
    later = printed("b", edited(ALL[language]))
    assert later.article.language == taken_for
    index = Index(timedelta(days=1))
    index.add(earlier)
    assert index.candidates(later) == ["a"]
    for pair in ((later, earlier), (earlier, later)):
        first, second = map(Text.of, pair)
        assert verify(first, second) is not None
        assert explain(first, second).reused


@pytest.mark.parametrize(
    "pair",
    [("hr", "sr"), ("hr", "bs"), ("no", "da"), ("da", "nb"), ("id", "ms"), ("cs", "sk"), ("pt", "gl"), ("hi", "ne")],
)
def test_near_relatives_are_no_hindrance(pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXTS[pair[0]][0]
    made = []
    for name, language, content in zip("ab", pair, (text, edited(text)), strict=True):
        monkeypatch.setattr(module, "identify", lambda _, language=language: language)
        made.append(printed(name, content))
    index = Index(timedelta(days=1))
    index.add(made[0])
    assert index.candidates(made[1]) == ["a"]
    assert verify(Text.of(made[1]), Text.of(made[0])) is not None
