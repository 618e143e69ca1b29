"""What is wrong with an installation: each check looks at one thing and ends as findings, never as an exception."""
