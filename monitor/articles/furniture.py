"""Lines of a page that are no part of the article, as patterns in several languages.

Each pattern must match a whole line (after trimming), so that a sentence which merely holds such words stays. Words that
also begin sentences ('Watch', 'Related', 'Copyright', 'Next') count only with the sign that makes a label of them. No
repeat stands within a repeat that can match the same characters: a feed could stop the service with one such line.
"""

from __future__ import annotations

import re

_SITES = (
    r"(?:facebook|twitter|x|whatsapp|linkedin|telegram|reddit|pinterest|tumblr|instagram|youtube|messenger|viber|vk|line"
    r"|google news|bluesky|threads|mastodon|xing|flipboard|微信|微博)"
)
_CONSENTING = (
    r"(?=.*\b(?:experience|privacy|settings|accept|consent|advert|personali|analy[sz]e|traffic|browsing|policy"
    r"|preferences|partners|improve|erfahrung|datenschutz|zustimm|einwillig|expérience|confidentialité|accept|experiencia"
    r"|privacidad|acepta|esperienza|accett|experiência|aceita|ervaring|akkoord|doświadcz|zgod|iskustv|prihva|sutik"
    r"|upplevelse|godkänn|oplevelse|opplevelse|deneyim|kabul|соглаша|улучш))"
)

_NAVIGATION = (
    r"you are here:?|sie (?:sind|befinden sich) hier:?|vous êtes ici ?:?|estás aquí:?|sei qui:?|jesteś tutaj:?|nalazite se:?",
    (
        r"(?:home|start(?:seite)?|accueil|inicio|início|naslovnica|početna|strona główna|hem|hjem|etusivu|ana sayfa"
        r"|главная|ホーム|トップ|首页|홈)(?:\s*[>»›|/\\→＞][^.!?。]*)?"
    ),
    r"(?:skip|jump) to (?:main |the )?(?:content|navigation|main|footer)\.?|zum (?:haupt)?inhalt springen",
    r"aller au contenu(?: principal)?|(?:ir|saltar) al contenido(?: principal)?|vai al contenuto|przejdź do treści",
    r"back to (?:the )?top(?: button)?|(?:zurück )?nach oben|haut de page|volver arriba|torna su|na vrh|наверх",
    (
        r"(?:main )?(?:menu|navigation|slider(?:world)?|sidebar|search|suche|recherche|buscar|cerca|pesquisar|zoeken"
        r"|szukaj|traži|pretraga|sök|søg|søk|haku|ara|поиск|検索|搜索|검색)"
    ),
    (
        r"(?:previous|next)(?:(?: (?:article|post|story|page))?\s*[:»›→][^.!?]{0,120}"
        r"| (?:article|post|story|page)(?: [^.!?]{1,120})?)?"
    ),
    r"page \d+ of \d+|seite \d+ (?:von|/) \d+|filed under:.{0,100}|tags?:[^.!?]{0,200}",
    r"advertisements?(?: \d+)?|anzeige|werbung|publicité|publicidad|pubblicità|publicidade|advertentie|reklam[aey]?|oglas",
    r"annons|annonce|mainos|ilan|реклама|広告|广告|광고|sponsored(?: content)?|promoted",
    r"(?:article|story) continues (?:below|after).{0,60}|scroll (?:down )?to continue.{0,40}",
    r"continue reading(?: (?:the|this|below|on|at|“)[^.!?]{0,60})?(?:\.{3}|…|→)?|(?:weiterlesen|lire la suite|leer más)\.*",
    (
        r"loading(?:\.\.\.|…)?|(?:print|e-?mail|save|comments?|\d+ (?:comments?|shares?|views)|manage options"
        r"|subscribe log in search|enter your e-?mail address)"
    ),
)
_RELATED = (
    # Phrases that only a label begins with: whatever follows is a title, as long as it is no sentence.
    (
        r"(?:see also|read (?:also|more|next)|also read|you (?:may|might) (?:also )?(?:like|be interested in)"
        r"|lire aussi|à lire aussi|voir aussi|lesen sie (?:auch|mehr)|siehe auch|mehr zum thema|le[ea] también|ver también"
        r"|te puede interesar|leggi anche|potrebbe interessarti|leia (?:também|mais)|veja também|lees (?:ook|meer)|läs (?:också|mer)"
        r"|læs også|les også|lue myös|les (?:også|mer)|czytaj (?:też|także|również)|zobacz (?:też|także)|pročitajte (?:i|još|više)"
        r"|čitajte i|vezane vijesti|ayrıca oku|bunu da oku|читайте (?:также|ещё)|читайте також|関連記事|関連ニュース|あわせて読みたい"
        r"|相关阅读|相关新闻|延伸阅读|관련 ?기사)(?:\s*[:：|>»].{0,200}|\s+[–—-]\s.{0,200}|\s{1,3}[^.!?。]{0,160}(?:\.{3}|…)?)?"
    ),
    # Words that sentences begin with too: by themselves, or with the sign of a label.
    (
        r"(?:related(?: (?:articles?|stories|posts?|news|topics?|content|links|videos?))?|recommended(?: for you)?|in other news"
        r"|most (?:read|popular|viewed)|trending(?: now)?|don['’]t miss|watch(?: now)?"
        r"|meistgelesen|les plus lus|lo más leído|i più letti|mais lidas|meest gelezen|mest läst|mest lest|najczytanije|najczęściej czytane"
        r"|çok okunanlar|самое читаемое|アクセスランキング)(?:\s*[:：|>»].{0,200})?"
    ),
    r"more (?:stories|news)|more (?:from|on) [^.!?:]{1,60}:|more from (?-i:[A-Z])[^.!?:]{1,40}",
)
_COOKIES = (
    (
        rf"{_CONSENTING}(?:[^.“”\"]{{0,80}}[ .])?(?:we|this (?:web)?site|our (?:web)?site|our partners)"
        r" (?:and (?:our|its) partners )?uses? cookies\b.{0,300}"
    ),
    (
        rf"{_CONSENTING}(?:(?:diese|unsere) (?:web)?(?:seite|site)|wir|ce site|nous|este sitio(?: web)?|esta (?:web|página)"
        r"|utilizamos|questo sito|este site|deze (?:web)?site|wij|ta strona|nasza strona|ova (?:web |internetska )?stranica"
        r"|vi|den här webbplatsen|bu (?:web )?sitesi?|наш сайт|мы|этот сайт)\b[^.“”«»\"]{0,60}cookies?.{0,300}"
    ),
    r"(?:мы|наш сайт|этот сайт|сайт) (?:использу\w+) (?:файлы )?cookies?.{0,200}|.{0,40}cookie(?:を使用|を利用).{0,100}",
)
_CONSENT = (
    r"(?:accept|reject|manage|allow)(?: all)?(?: cookies| preferences| settings)?(?: (?:accept|reject|manage).{0,40})?",
    r"(?:alle (?:cookies )?(?:akzeptieren|ablehnen)|tout (?:accepter|refuser)|aceptar todo|accetta tutto|prihvati sve)",
    r"by (?=.*\byou\b)(?:continuing|using|clicking)\b[^.]{0,120}(?:cookies|privacy policy|terms (?:of|and)).{0,160}",
    (
        r"(?:privacy policy|terms (?:of (?:use|service)|and conditions)|cookie (?:policy|settings)|contact us|about us"
        r"|impressum|datenschutz(?:erklärung)?|mentions légales|aviso legal|note legali|polityka prywatności"
        r"|uvjeti korištenja|プライバシーポリシー|隐私政策)(?:\s*[|•·/]\s*.{0,120})?"
    ),
    r"(?:©|\(c\)\s*\d{4}|copyright\s*(?:©|\(c\)|[:,]?\s*(?:by\s)?\d{4})).{0,200}",
)
_RIGHTS = (
    r".{0,120}\b(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados"
    r"|tutti i diritti riservati|todos os direitos reservados|sva prava pridržana|все права защищены)\b.{0,80}"
)
_BREADCRUMB = r"[^.!?。>»›→|•·]{1,40}(?:\s[>»›→|•·]\s[^.!?。>»›→|•·]{1,60}){2,}"
_SHARING = (
    (
        rf"(?:share|follow|like|tweet|pin|e-?mail|partager|teilen|compartir|condividi|compartilhar?|delen|dela|udostępnij|podijeli|podeli"
        r"|paylaş|поделиться|シェア(?:する)?|分享|공유(?:하기)?)"
        rf"(?: (?:this|us|it|on|to|via|with|the|article|story|post|page|by|your|friends|e-?mail|sur|auf|bei|en|su|op|på|na|в"
        rf"|cet article|diesen artikel|{_SITES}))*[:!.]?"
    ),
    rf"(?:{_SITES}|e-?mail|print|share|tweet|copy link|copy|link)(?:[\s,|•·/]+(?:{_SITES}|e-?mail|print|share|tweet|copy link|copy|link))+",
    r"(?:click to )?(?:share|email) (?:on|to|a link to) .{0,60}\((?:opens|wird) in .{0,20}\)",
    (
        r"(?:sign up|subscribe|register|join)(?: (?:now|here|today|for|to|us|our|and|with|via|on|in|by)\b[^.!?]{0,120})?"
        r"\b(?:newsletters?|inbox|e-?mails?|alerts|channel|subscribers|(?:today|free|updates)(?=\s*(?:$|[.!,]|to\b|and\b))).{0,160}"
    ),
    r"(?:get|receive) (?:the|our|all)[^.!?]{0,80}\b(?:newsletter|inbox|e-?mail)\b.{0,160}",
    r"(?:abonnieren sie|jetzt abonnieren|melden sie sich)[^.!?]{0,100}newsletter.{0,100}|abonnez-vous.{0,120}|suscr[ií]bete.{0,120}",
    r"(?:iscriviti|assine|inscreva-se|schrijf je in|prenumerera|zapisz się|prijavite se|подпи(?:шитесь|сывайтесь)).{0,120}",
    r"(?:click here to )?(?:download|get) (?:the|our)[^.!?]{0,40} app\b.{0,100}",
    r"already (?:a (?:subscriber|member)|have an account)\?.{0,40}|log ?in|sign in|my account|anmelden|se connecter|ログイン",
    (
        r"(?:rate (?:the|this)|was this|did you (?:like|enjoy) (?:the|this)) (?:article|story|post|page|news|information|content)"
        r"[^.!?]{0,40}\??"
    ),
    rf"follow .{{0,40}} on {_SITES}\b.{{0,100}}|like (?:us|our page|.{{1,30}} page) on {_SITES}\b.{{0,60}}",
    rf"(?:folgen sie uns|suivez-nous|síguenos|seguici|siga-nos|volg ons|följ oss|pratite nas)[^.!?]{{0,20}}{_SITES}?.{{0,60}}",
)
_COMMENTS = (
    r"leave a (?:reply|comment)|post a comment|add a comment|comments are closed\.?|(?:join|start) the conversation\.?",
    r"your e-?mail address will not be published\.?.{0,80}|required fields are marked.{0,10}",
    r"this site uses akismet.{0,120}|learn how your comment data is processed\.?",
    r"save my name, e-?mail.{0,120}|notify me of.{0,80}|you must be logged in.{0,60}",
    r"(?:name|e-?mail|website|comment)\s*\*?|submit(?: comment)?|cancel reply",
    r"(?:deine|ihre) e-?mail-adresse wird nicht veröffentlicht.{0,100}|votre adresse e-?mail ne sera pas publiée.{0,100}",
    r"tu (?:dirección de correo|correo)[^.]{0,30}no será publicad[oa].{0,100}|il tuo indirizzo email non sarà pubblicato.{0,100}",
    r"o seu endereço de e-?mail não será publicado.{0,100}|twój adres e-?mail nie zostanie opublikowany.{0,100}",
    r"vaša adresa e-?pošte neće biti objavljena.{0,100}|ваш адрес email не будет опубликован.{0,100}",
)
_COMMENT_FORM = (
    r"leave a (?:reply|comment)|post a comment|add a comment|cancel reply",
    r"your e-?mail address will not be published\.?.{0,80}",
    r"(?:laisser un|ajouter un) commentaire|(?:einen )?kommentar (?:schreiben|hinterlassen)|schreibe? (?:einen|eine) (?:kommentar|antwort)",
    r"deja (?:una respuesta|un comentario)|lascia un commento|deixe um comentário|(?:geef|plaats) een reactie|laat een reactie achter",
    r"(?:dodaj|napisz) komentarz|(?:ostavi|napiši|komentiraj) ?(?:odgovor|komentar)?|lämna (?:en kommentar|ett svar)",
    r"skriv en kommentar|legg igjen en kommentar|bir yorum yaz(?:ın)?|yorum yap(?:ın)?|jätä kommentti",
    r"(?:добавить|оставить) комментарий|コメントを(?:残す|投稿|書く)|发表评论|发表回复|댓글 ?(?:쓰기|달기|남기기)",
)
_MACHINE = (
    r"(?:php )?(?:warning|notice|fatal error|deprecated|parse error|strict standards)\s*:.{0,300}\bon line \d+\.?",
    r"(?:uncaught )?(?:type|reference|syntax)error:.{0,200}",
    r"(?:please )?enable javascript.{0,120}|your browser (?:does not|doesn['’]t|is not|is out).{0,160}",
    r"javascript (?:is (?:disabled|required|not enabled)|must be).{0,160}|(?:bitte )?javascript aktivieren.{0,80}",
    r"(?:view|see) all posts(?: by .{0,60})?",
    r"\[(?:adrotate|ad|gallery|caption|embed|/?\w+_\w+)\b[^\]]*\]",
)
_ABOUT_AUTHOR = (
    r"about (?:the )?authors?\b:?.{0,40}|über (?:den autor|die autorin)|à propos de l['’]auteure?|sobre (?:el autor|la autora|o autor|a autora)"
    r"|(?:l['’]autore|l['’]autrice)|over de auteur|o autor(?:ze|ce)|o autoru|om (?:författaren|forfatteren)|yazar hakkında|об авторе|作者简介|著者紹介"
)


def whole(patterns: tuple[str, ...], *, ignore_case: bool = True) -> re.Pattern[str]:
    """One pattern that matches a line which any of these matches as a whole, with `fullmatch`."""
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


_FURNITURE = whole((*_NAVIGATION, *_RELATED, *_CONSENT, *_SHARING, *_COMMENTS, *_COMMENT_FORM, *_MACHINE))
_SLOW = (
    (("cookie",), whole(_COOKIES)),
    # Without i and s: without case they match letters that `lower` does not turn into them.
    (("erved", "vorbehalten", "ervé", "ervad", "ervat", "ržana", "защищены"), whole((_RIGHTS,))),
    ((">", "»", "›", "→", "|", "•", "·"), whole((_BREADCRUMB,))),
)
"""Patterns that look through a line from many of its characters, each with parts in lower case of which one is in whatever
it matches."""


def is_furniture(line: str) -> bool:
    """Whether a line of at most 400 characters says nothing of the article. Cost: 5 µs."""
    if _FURNITURE.fullmatch(line):
        return True
    lowered = line.lower()
    return any(pattern.fullmatch(line) for parts, pattern in _SLOW if any(part in lowered for part in parts))


ABOUT_AUTHOR = whole((_ABOUT_AUTHOR,))
"""Headings over a self-description; it only counts near the end of a page."""
SELF_DESCRIPTION = whole(
    (r"[\"“”']?(?:[A-Z][\w-]+ (?:[\w-]+ ){0,3}[\w-]+\. ){3,}(?:[\w ,'’-]{3,60}\.)?[\"“”']?",), ignore_case=False
)
"""A self-description as a string of short phrases; only looked for near the end of a page."""
END_OF_ARTICLE = whole(
    (
        *_COMMENT_FORM,
        r"related (?:articles|stories|posts|news)|back to top(?: button)?|ähnliche artikel|articles? (?:liés|similaires)",
        r"artículos relacionados|articoli correlati|artigos relacionados|gerelateerde artikelen|powiązane artykuły|vezani članci",
    )
)
"""Lines after which short lines are furniture whatever they say."""
