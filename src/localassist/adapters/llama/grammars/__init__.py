"""The forms an answer may be bound to: grammars in GBNF, and JSON schemas turned into them."""
