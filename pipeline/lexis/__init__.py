"""Words and names: what is built once from the data that dependencies ship, and kept in the user's cache folder."""


def warm() -> None:
    """Build whatever is not built yet (the first time on a machine this takes about half a minute)."""
    from pipeline.lexis import countries, evidence, gazetteer, ngrams, spellings, words

    gazetteer.by_id(0)
    countries.code_of("Polska")
    ngrams.ngrams()
    words.word_list("pl")
    spellings.spellings("pl")
    evidence.evidence()
