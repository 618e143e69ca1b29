"""How well matching does on a labelled stream: its alerts, its probabilities, and what each part adds."""
