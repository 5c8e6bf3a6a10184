"""One library a module: the only places that touch the outside world."""
