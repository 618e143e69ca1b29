"""Wirewatch's stream application: thin Faust agents around :mod:`monitor`, the embedded broker, the command line."""
