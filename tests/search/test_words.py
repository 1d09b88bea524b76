from broadsheet.search import words


def test_forms_of_a_word_share_a_stem_and_stop_words_go() -> None:
    english = words.english()
    assert english.analyze("The transformers are transforming") == english.analyze("transformer transform")
    assert english.analyze("Étude naïve") == english.analyze("etude naive")


def test_positions_keep_the_place_of_stop_words() -> None:
    assert [at for at, _ in words.terms_at(words.english(), "state of the art")] == [0, 3]


def test_scripts_without_spaces_are_words_by_character() -> None:
    assert words.english().analyze(words.spaced("深層学習 model")) == ["深", "層", "学", "習", "model"]


def test_a_title_is_the_same_in_any_case_and_punctuation() -> None:
    assert words.title_key("On Moss: a Survey") == words.title_key("on moss – A SURVEY")
    assert words.title_key("On Moss") != words.title_key("On Salt")
    assert words.title_key("?!") == ""


def test_labels_are_compared_on_one_line_in_lower_case() -> None:
    assert words.label(" CS.IR\n") == "cs.ir"
    assert words.label("cs\ud800") == "cs?"


def test_stems_are_remembered_by_word() -> None:
    stems = words.Stems()
    assert stems.of("bridges") == stems.of("bridge") == ("bridg",)
    assert stems.of("the") == ()


def test_a_name_is_known_by_its_words_and_their_initials() -> None:
    names = words.names()
    assert words.name_words(names, "Jean-Baptiste É. Grill") == ["jean", "baptiste", "e", "grill", "j", "b", "g"]
    assert words.name_words(names, "Plato") == ["plato"]
    assert words.name_words(names, "The Salt Map Collaboration of Moss") == [
        *("the", "salt", "map", "collaboration", "of", "moss")
    ]
    assert words.name_words(names, "张伟") == ["张", "伟"]
    assert words.name_words(names, "") == []


def test_what_keeps_names_apart_is_no_word() -> None:
    (one,) = words.borne(words.names(), ("Ada Quill",))
    assert words.names().analyze(one) == ["ada", "quill", "a", "q"]
