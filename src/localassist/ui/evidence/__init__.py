"""The right column: the passages an answer rests on, and the page they stand on with the words marked."""
