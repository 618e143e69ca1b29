"""An invented report, and what others make of it."""

from __future__ import annotations

from collections.abc import Callable

from monitor.match.text import Text

MakeText = Callable[..., Text]
"""Type of the fixture `text_of`."""

REPORT = """\
The harbour board of Vellmar approved a new ferry pier on Tuesday, ending eleven years of debate over who should pay for it.
The pier will cost 48 million crowns, of which the islands of Norra and Hask will carry a third, according to the plan.
“We could not have asked the islanders to wait another winter on that rotten jetty,” said Odile Brandt, who chairs the board.
Construction is to begin in April and should be finished before the herring season opens in late September.
Fishermen had opposed the plan because the pier cuts across the shallow water where they moor their smaller boats.
Their union said it would withdraw its complaint after the board promised forty new berths beside the old cannery.
The present jetty, built in 1931, was closed twice last year when storms tore planks from its seaward end.
Ferries carried 212,000 passengers to the two islands last summer, a tenth more than in the year before."""

REWRITE = """\
A new ferry pier has been approved by Vellmar's harbour board, which voted on Tuesday after debating for eleven years who should pay.
A third of the 48 million crowns that the pier costs will be carried by the islands Norra and Hask, the plan says.
Odile Brandt, chair of the board, said it could not have asked islanders to wait one more winter on the rotten jetty.
Building begins in April and should finish before late September, when the herring season opens.
The plan had been opposed by fishermen, since the pier crosses shallow water in which their smaller boats are moored.
After the board promised forty berths next to the old cannery, their union said that it would withdraw the complaint.
Built in 1931, the present jetty was closed two times last year as storms tore planks off the seaward end.
Last summer 212,000 passengers took ferries to both islands, a tenth more than the year before."""

SAME_EVENT = """\
Islanders cheered in the town hall of Vellmar last night when the result was read out: seven votes for the pier, four against.
For Odile Brandt, the board's chair, it was the end of the hardest fight of her career, she told reporters on the steps outside.
Opponents had warned that taxes in the small communities would rise, and a petition drew nine hundred signatures in a week.
The mayor of Hask promised that nobody would be driven from the coast by the bill, but gave no figures.
Engineers from Lund have surveyed the seabed since May and found gravel firm enough for steel piles.
Tourism businesses hope that larger ships will bring visitors in the quiet months, when hotels stand half empty.
A detailed schedule is to be presented at the next meeting, and tenders will be invited from builders in three countries."""

UNRELATED = """\
Scientists have measured the deepest lake of the northern plateau with a sonar sledge that was pulled by reindeer for six weeks.
The survey found a trench of 390 metres near the western shore, far deeper than any map had shown until now.
Samples of mud from the bottom hold pollen that is ten thousand years old, the university in Kestrel said in a statement.
The team hopes to learn from them how quickly the forests returned after the ice had melted away.
A second journey is planned for next winter, when a drill will be lowered through a hole in the ice.
Local guides warned that the ice forms later each year and may not carry the heavy equipment before February."""

LIFTED = "\n".join([*UNRELATED.splitlines()[:3], *REPORT.splitlines()[3:6], *UNRELATED.splitlines()[3:]])
