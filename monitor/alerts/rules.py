"""Rules: which alerts they send, to whom, and why or why not. Functions of an alert and a rule, without state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from monitor.alerts.payload import Reason
from monitor.base.events import Alert, ArticleRevised, Match, StoryUpdated
from monitor.base.hours import Gathering, Hours, parse_gathering, parse_hours
from monitor.base.packed import unpack
from monitor.base.settings import LicenceSettings, RuleSettings, Settings, check_source
from monitor.base.words import Text, compile_words, searched

UNKNOWN = "an unknown source"
EVERYTHING = RuleSettings(name="everything", per_story="each")
"""What holds while there are no rules: everything is told to everybody."""


class Judgement(NamedTuple):
    """What a rule makes of an alert."""

    sends: bool
    why: tuple[str, ...] = ()
    """Each condition that held, for people."""
    why_not: str = ""
    """The first condition that did not hold: a fixed word, a colon, the values."""
    licensed: bool = False
    """It would have been sent, but a licence allows the copy."""


class Said(NamedTuple):
    """What one condition says of an alert: whether it holds, and why, for people."""

    holds: bool
    text: str


@dataclass(frozen=True)
class Sources:
    """The groups of sources, and who may copy whom."""

    groups: Mapping[str, tuple[str, ...]]
    licences: tuple[LicenceSettings, ...] = ()

    def among(self, source: str, names: Iterable[str]) -> str:
        """The first of some names (groups or hosts) that a source belongs to; empty when there is none.

        A host stands for its subdomains too.
        """
        dotted = f".{source}"
        return next((name for name in names if dotted.endswith(self._endings.get(name, f".{name}"))), "")

    def hosts(self, names: Iterable[str]) -> set[str]:
        """The hosts of some names (groups or hosts)."""
        return {host for name in names for host in self.groups.get(name, (name,))}

    @cached_property
    def _endings(self) -> dict[str, tuple[str, ...]]:
        return {name: tuple(f".{host}" for host in hosts) for name, hosts in self.groups.items()}

    def licence(self, alert: Alert | ArticleRevised) -> str:
        """Which licence allows this copy, for people; empty when none does."""
        for licence in self.licences:
            of = next(filter(None, (self.among(source, licence.of) for source in _origins(alert))), "")
            to = self.among(alert.article.source, licence.to)
            if of and to:
                return f"{to} may copy {of}"
        return ""


class Looked:
    """An alert with what several rules look at, made once."""

    def __init__(self, alert: Alert | ArticleRevised) -> None:
        self.alert = alert

    @property
    def match(self) -> Match | None:
        """None for a revised article that re-uses nothing any more: what rules ask of a copy is not asked of it."""
        return self.alert.match

    @cached_property
    def text(self) -> Text:
        """Both titles and the whole text of the new article, which holds all that the two share."""
        found = (self.match.earlier.title, unpack(self.match.packed)) if self.match else ()
        return searched((self.alert.article.title, *found))


class Rule:
    """A rule, ready to judge.

    Raises: ValueError: `words`, `hours` or the name of a group are wrong; the message says which and why.
    """

    def __init__(self, settings: RuleSettings, sources: Sources) -> None:
        for name in (*settings.origin, *settings.copier):
            check_source(name, sources.groups, f"rule {settings.name}")
        self.settings = settings
        self.hours: Hours | None = parse_hours(settings.hours) if settings.hours else None
        self.gathering: Gathering | None = parse_gathering(settings.gather) if settings.gather else None
        self._sources = sources
        self._holds = compile_words(settings.words) if settings.words.strip() else None
        self.name = settings.name
        asked: tuple[tuple[object, Callable[[Looked], Said | None]], ...] = (
            (settings.origin, self._origin),
            (settings.copier, self._copier),
            (settings.kinds, self._kind),
            (settings.min_score or settings.min_containment or settings.min_coverage, self._shares),
            (settings.credited != "any", self._credit),
            (settings.languages, self._language),
            (self._holds, self._words),
            (settings.min_outlets, self._outlets),
        )
        self._conditions = [condition for is_asked, condition in asked if is_asked]

    def endpoints(self, known: Collection[str]) -> list[str]:
        """Those that the rule sends to; a name that is not known is passed over."""
        return [name for name in self.settings.to or sorted(known) if name in known]

    def judge(self, looked: Looked, *, has_told: bool = False) -> Judgement:
        """Whether the rule sends an alert or a revision, and why.

        Args: has_told: whether it has told an alert of the article that is revised.
        Cost: 2 µs a condition without words, then O(characters).
        """
        if isinstance(looked.alert, ArticleRevised) and self.settings.revisions != "all":
            tells = has_told and self.settings.revisions == "told"
            return Judgement(tells, ("an article that it has told is revised",), "revised: not an article that it told")
        why: list[str] = []
        for condition in self._conditions:
            said = condition(looked)
            if said is None:
                continue
            if not said.holds:
                return Judgement(False, why_not=said.text)
            why.append(said.text)
        licence = self._sources.licence(looked.alert)
        if licence and not self.settings.licensed:
            return Judgement(False, tuple(why), f"licensed: {licence}", licensed=True)
        return Judgement(True, tuple(why) or ("every alert",))

    def concerns(self, update: StoryUpdated) -> bool:
        """Whether a story whose origin was corrected is one that the rule is about, as far as its sources go."""
        if not self.settings.origin:
            return True
        origins = (update.story.origin.source, update.previous_origin.source)
        return any(self._sources.among(source, self.settings.origin) for source in origins)

    # Each condition says whether it holds; None where there is no copy to ask it of.

    def _origin(self, looked: Looked) -> Said:
        found = _origins(looked.alert)
        for source in found:
            if group := self._sources.among(source, self.settings.origin):
                return Said(True, f"the text is from {_member(source, group)}")
        return Said(False, f"origin: the text is from {' and '.join(found)}")

    def _copier(self, looked: Looked) -> Said:
        source = looked.alert.article.source or UNKNOWN
        group = self._sources.among(source, self.settings.copier)
        return Said(True, f"{_member(source, group)} re-used it") if group else Said(False, f"copier: {source}")

    def _kind(self, looked: Looked) -> Said | None:
        if looked.match is None:
            return None
        kind = looked.match.kind
        return Said(True, f"the copy is {kind}") if kind in self.settings.kinds else Said(False, f"kind: {kind}")

    def _shares(self, looked: Looked) -> Said | None:
        match, settings, held = looked.match, self.settings, []
        if match is None:
            return None
        for word, value, least in (
            ("score", match.score, settings.min_score),
            ("containment", match.containment, settings.min_containment),
            ("coverage", match.coverage, settings.min_coverage),
        ):
            if value < least:
                return Said(False, f"{word}: {value:.3f} is less than {least:g}")
            if least:
                held.append(f"{word} {value:.3f} is {least:g} or more")
        return Said(True, ", ".join(held))

    def _credit(self, looked: Looked) -> Said | None:
        match, wanted = looked.match, self.settings.credited
        if match is None:
            return None
        whom = "the origin" if match.credits_origin else "somebody else" if match.credited else "nobody"
        holds = {"yes": match.credited, "no": not match.credited, "origin": match.credits_origin}[wanted]
        return Said(holds, f"it credits {whom}" if holds else f"credited: it credits {whom}")

    def _language(self, looked: Looked) -> Said:
        language = looked.alert.article.language or "unknown"
        holds = language in self.settings.languages
        return Said(holds, f"its language is {language}" if holds else f"language: {language}")

    def _words(self, looked: Looked) -> Said:
        if self._holds is not None and self._holds(looked.text):
            return Said(True, f"it has the words {self.settings.words}")
        return Said(False, "words: not in the titles or the text")

    def _outlets(self, looked: Looked) -> Said:
        least, carry = self.settings.min_outlets, looked.alert.story.sources
        return Said(carry >= least, f"{carry} outlets carry it" if carry >= least else f"outlets: {carry} of {least}")


def _origins(alert: Alert | ArticleRevised) -> tuple[str, ...]:
    """Whose text it is: of the story's origin and of the earlier article that matches best."""
    sources = (alert.story.origin.source, *((alert.match.earlier.source,) if alert.match else ()))
    return tuple(dict.fromkeys(source or UNKNOWN for source in sources))


def _member(source: str, group: str) -> str:
    return source if source == group else f"{source} ({group})"


class RuleBook:
    """All rules that are in effect, and whom they send to.

    Args: added: rules from the API by name; those of the configuration win.
    """

    def __init__(self, settings: Settings, added: Iterable[RuleSettings] = ()) -> None:
        self.sources = Sources(settings.groups, settings.licences)
        self._configured = {rule.name: Rule(rule, self.sources) for rule in settings.rules}
        self.fill(added)

    def fill(self, added: Iterable[RuleSettings]) -> None:
        """Take these as all the rules that were added."""
        self._take({rule.name: Rule(rule, self.sources) for rule in added})

    def put(self, rule: RuleSettings) -> None:
        """Add a rule, or change one that was added."""
        self._take(self._rules | {rule.name: Rule(rule, self.sources)})

    def remove(self, name: str) -> None:
        """Forget a rule that was added."""
        self._take({known: rule for known, rule in self._rules.items() if known != name})

    def is_configured(self, name: str) -> bool:
        """Whether a rule stands in the configuration, where alone it can be changed."""
        return name in self._configured

    def _take(self, rules: Mapping[str, Rule]) -> None:
        self._rules = {**rules, **self._configured}
        self.rules: Sequence[Rule] = [rule for _, rule in sorted(self._rules.items())] or [
            Rule(EVERYTHING, self.sources)
        ]
        """The rules in order of their names; the one that sends everything while there is none."""
        self._by_copier: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for host in self.sources.hosts(rule.settings.copier) or {""}:
                self._by_copier.setdefault(host, []).append(rule)

    def asking(self, source: str) -> list[Rule]:
        """The rules that an article of a source can be told by, in order of their names: all but those for other copiers.

        With a rule for each of many customers, judging all of them would be most of what an alert costs.
        """
        labels = source.split(".")
        hosts = ["", *(".".join(labels[at:]) for at in range(len(labels)))]
        found = {rule.name: rule for host in hosts for rule in self._by_copier.get(host, ())}
        return [rule for _, rule in sorted(found.items())]

    def reasons(self, alert: Alert, endpoints: Collection[str]) -> dict[str, list[Reason]]:
        """Which endpoints an alert goes to, each with the rules that send it and why, were nothing kept back."""
        found: dict[str, list[Reason]] = {}
        looked = Looked(alert)
        for rule in self.asking(alert.article.source):
            judgement = rule.judge(looked)
            for endpoint in rule.endpoints(endpoints) if judgement.sends else ():
                found.setdefault(endpoint, []).append(Reason(rule.name, judgement.why))
        return found
