"""Words that are rendered once are still the reader's own language."""

from flask_babel import force_locale

from patrol.web.once import once


def test_each_language_gets_its_own_words_and_gets_them_once(app):
    with app.test_request_context():
        with force_locale("en"):
            english = once("pwa/_words.html")
        with force_locale("zh_Hans_CN"):
            chinese = once("pwa/_words.html")
            again = once("pwa/_words.html")

    assert "All sent" in english and "\\u5df2\\u4f20\\u5b8c" in chinese
    assert again is chinese
