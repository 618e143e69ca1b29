"""Lines of a page that are no part of the article, as patterns in several languages.

Each pattern must match a whole line (after trimming), so that a sentence which merely holds such words stays.
"""

from __future__ import annotations

import re

_NAVIGATION = (
    r"you are here:?",
    r"home",
    r"(?:home|start(?:seite)?|accueil|inicio|naslovnica)\s*(?:[>»›|/\\→]\s*[^.!?]*)+",
    r"[^.!?]{1,40}(?:\s[>»›→|•·]\s[^.!?]{1,60}){2,}",
    r"(?:skip|jump) to (?:main |the )?(?:content|navigation|main|footer)\.?",
    r"back to (?:the )?top(?: button)?|(?:zurück|nach) (?:nach )?oben|haut de page|volver arriba",
    r"(?:main )?(?:menu|navigation|slider(?:world)?|sidebar|search|suche|recherche|buscar)",
    r"(?:previous|next)(?: (?:article|post|story|page))?:?(?: [^.!?]{1,120})?",
    r"page \d+ of \d+",
    r"advertisements?|anzeige|publicité|publicidad|sponsored(?: content)?|promoted",
    r"(?:article|story) continues (?:below|after).{0,60}|scroll (?:down )?to continue.{0,40}|continue reading.{0,60}",
    r"loading(?:\.\.\.|…)?|(?:print|e-?mail|save|comments?|\d+ comments?)",
)
_RELATED = (
    (
        r"(?:see also|read (?:also|more|next)|also read|related(?: (?:articles?|stories|posts?|news|topics?|content|links))?"
        r"|recommended(?: for you)?|you (?:may|might) (?:also )?(?:like|be interested in).{0,20}|more (?:from|on|stories|news)"
        r"|most (?:read|popular|viewed)|trending(?: now)?|don['’]t miss|watch(?: now)?|in other news|lire aussi|à lire aussi"
        r"|voir aussi|lesen sie auch|siehe auch|mehr zum thema|lea también|ver también|leggi anche|leia também"
        r"|lees ook|läs också|les også|czytaj (?:też|także)|pročitajte i|čitajte i|читайте также|関連記事|相关阅读|相关新闻)"
        r"(?:\s*[:：|>»–—-].{0,200}|\s{1,3}[^.!?]{0,160}(?:\.{3}|…)?)?"
    ),
)
_CONSENT = (
    r".{0,80}\b(?:we|this (?:web)?site|our (?:web)?site|our partners) (?:and our partners )?uses? cookies\b.{0,300}",
    r"(?:accept|reject|manage|allow)(?: all)?(?: cookies| preferences| settings)?(?: (?:accept|reject|manage).{0,40})?",
    r"by (?:continuing|using|clicking).{0,80}(?:cookies|privacy policy|terms (?:of|and)).{0,160}",
    (
        r"(?:privacy policy|terms (?:of (?:use|service)|and conditions)|cookie (?:policy|settings)|contact us|about us)"
        r"(?:\s*[|•·/]\s*.{0,120})?"
    ),
    r"(?:diese (?:web)?seite|ce site|este sitio|questo sito).{0,60}cookies?.{0,300}",
    r"(?:©|\(c\)|copyright\b).{0,200}|.{0,120}\ball rights reserved\b.{0,80}|alle rechte vorbehalten.{0,60}",
)
_SHARING = (
    (
        r"(?:share|follow|like|tweet|pin|partager|teilen|compartir|condividi)(?: (?:this|us|it|on|to|via|with|the|article"
        r"|story|post|page|by|your|friends|facebook|twitter|x|whatsapp|linkedin|telegram|reddit|e-?mail|instagram))*[:!.]?"
    ),
    (
        r"(?:(?:facebook|twitter|x|whatsapp|linkedin|telegram|reddit|pinterest|tumblr|e-?mail|print|share|tweet|messenger"
        r"|instagram|youtube|copy link|copy|link)[\s,|•·/]*){2,}"
    ),
    r"(?:click to )?(?:share|email) (?:on|to|a link to) .{0,60}\((?:opens|wird) in .{0,20}\)",
    (
        r"(?:sign up|subscribe|register|join)\b[^.!?]{0,120}\b(?:newsletter|inbox|updates|e-?mails?|alerts|channel|today"
        r"|free|subscribers?)\b.{0,160}"
    ),
    r"(?:get|receive) (?:the|our|all)[^.!?]{0,80}\b(?:newsletter|inbox|e-?mail)\b.{0,160}",
    r"(?:download|get) (?:the|our)[^.!?]{0,40} app\b.{0,100}",
    r"already (?:a (?:subscriber|member)|have an account)\?.{0,40}|log ?in|sign in|my account",
    r"(?:rate (?:the|this)|was this|did you (?:like|enjoy)) [^.!?]{0,60}\??",
    r"(?:follow|like) .{0,40} on (?:facebook|twitter|instagram|google news|telegram|x)\b.{0,100}",
)
_COMMENTS = (
    r"leave a (?:reply|comment)|post a comment|add a comment|comments are closed\.?|(?:join|start) the conversation\.?",
    r"your e-?mail address will not be published\.?.{0,80}|required fields are marked.{0,10}",
    r"this site uses akismet.{0,120}|learn how your comment data is processed\.?",
    r"save my name, e-?mail.{0,120}|notify me of.{0,80}|you must be logged in.{0,60}",
    r"(?:name|e-?mail|website|comment)\s*\*?|submit(?: comment)?|cancel reply",
    r"laisser un commentaire|kommentar (?:schreiben|hinterlassen)|deja una respuesta|lascia un commento",
)
_MACHINE = (
    r"(?:php )?(?:warning|notice|fatal error|deprecated|parse error|strict standards)\s*:.{0,200}\bon line \d+\.?",
    r"(?:uncaught )?(?:type|reference|syntax)error:.{0,200}",
    r"(?:please )?enable javascript.{0,120}|(?:your browser|javascript) (?:does not|is not|is disabled).{0,160}",
    r"\[(?:adrotate|ad|gallery|caption|embed|/?\w+_\w+)\b[^\]]*\]",
)
_AUTHOR = (
    r"about (?:the )?author.{0,40}|(?:view|see) all posts(?: by .{0,60})?",
    r"[\"“”']?(?:[A-Z][\w-]+ (?:[\w-]+ ){0,3}[\w-]+\. ){3,}(?:[\w ,'’-]{3,60}\.)?[\"“”']?",
)
_SYNDICATION = (
    (
        r"[(\[]?(?:(?:apart from|except for|with the exception of) the headline,? )?this (?:story|article|report|copy|content)"
        r" (?:has not been|was not|is not|hasn['’]t been) (?:edited|created|reviewed|modified) by .{0,200}"
    ),
    (
        r"[(\[]?(?:this|the) (?:story|article|report|content|post)[^.!?]{0,60}\b(?:published|generated|taken|sourced|provided)"
        r"\b[^.!?]{0,60}\b(?:syndicated|agency|wire|news) (?:feed|service|agency|wire)\b.{0,120}"
    ),
    (
        r"[(\[]?(?:this|the) (?:story|article|report)[^.!?]{0,60}\b(?:originally (?:published|appeared)|first (?:published"
        r"|appeared)|republished|reprinted)\b.{0,200}"
    ),
)
_SOURCE_LINES = (
    (
        r"(?:story|report(?:ing|ed)?|article|words|text|source|with (?:inputs|reporting|files)|credit|via|from|quelle|fuente"
        r"|fonte|bron|källa|kilde|izvor|źródło|источник|来源|出典)\s*(?:by|from|:|：)\s*(?P<source>[^.!?]{2,60})\.?"
    ),
    r"\(?(?:with (?:inputs|files|reporting|agency inputs)) from (?:the )?(?P<source2>[^.!?)]{2,60})\)?\.?",
    (
        r"\(?(?:avec (?:des )?informations? de|mit material (?:von|der)|con informaci[oó]n de|com informações d[aeo]"
        r"|con informazioni di|met informatie van) (?P<source3>[^.!?)]{2,60})\)?\.?"
    ),
    (
        r"\(?(?:(?:by|with|von|mit|par|avec|por|con|com|di|door|met|av|med|af) )?(?P<agency>Reuters|AP|AFP|dpa|ANSA|EFE"
        r"|Xinhua|TASS|Interfax|Kyodo|PTI|ANI|IANS|UPI|PA|Bloomberg|Agence"
        r" France-Presse|Associated Press|Hina|APA|Tanjug|Belga|Lusa|ANP|TT|NTB|Ritzau|STT|PAP|ČTK|CTK|MTI|Anadolu"
        r"|Yonhap|CNA|新华社|共同社|共同通信|時事通信)(?:\s*[/,&]\s*\w+)*\)?\.?"
    ),
)


def _whole(patterns: tuple[str, ...], *, ignore_case: bool = True) -> re.Pattern[str]:
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


FURNITURE = _whole((*_NAVIGATION, *_RELATED, *_CONSENT, *_SHARING, *_COMMENTS, *_MACHINE, _AUTHOR[0]))
"""Lines that say nothing of the article."""
AUTHOR_BOX = _whole(_AUTHOR[1:], ignore_case=False)
"""A self-description as a string of short phrases; only looked for near the end of a page."""
SYNDICATION = _whole(_SYNDICATION)
"""Notices that the text came from elsewhere: cut, and kept as credit."""
SOURCE_LINE = _whole(_SOURCE_LINES)
"""Lines that do nothing but name the source: cut, and kept as credit."""
DATELINE = re.compile(
    r"^[^.!?\n]{0,60}?\((?P<agency>Reuters|AP|AFP|dpa|ANSA|EFE|Xinhua|TASS|Interfax|Kyodo|PTI|ANI|IANS|UPI|CNA|Hina|APA"
    r"|Belga|Lusa|ANP|PAP|Yonhap|Bloomberg)(?:/\w+)?\)\s*[-–—:]?"
    r"|^据?(?:新华社|新華社|路透社|法新社|中央社)|^【[^】]{0,20}(?:共同|時事|ロイター|AFP)】|^[\[(][^\])]{0,20}연합뉴스[\])]",
)
"""A dateline with an agency, 'BALI (Reuters) -': stays in the text, kept as credit."""
END_OF_ARTICLE = _whole(
    (
        r"leave a (?:reply|comment)|post a comment|add a comment|cancel reply",
        r"your e-?mail address will not be published\.?.{0,80}",
        r"related (?:articles|stories|posts|news)|back to top(?: button)?",
        r"laisser un commentaire|kommentar (?:schreiben|hinterlassen)|deja una respuesta|lascia un commento",
    )
)
"""Lines after which short lines are furniture whatever they say."""
