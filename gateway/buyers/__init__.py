"""The buyer's side: the page behind a link, the word that lets a held mail in, one person who is two buyers."""
