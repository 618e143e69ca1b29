"""The demo's newsroom: invented outlets whose feeds are served on this machine."""
